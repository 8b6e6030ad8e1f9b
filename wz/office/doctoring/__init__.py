"""What a broken disk, a power cut or a killed program left in a registry: found, and mended where that is certain."""

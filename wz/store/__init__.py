"""The registry as one thing: files, schemas, settings, git."""

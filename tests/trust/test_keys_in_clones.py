"""The cases' keys in several clones: they come along with a sync, and what was forgotten opens for nobody."""

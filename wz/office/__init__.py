"""What a clerk does, as functions: no terminal here, today is always an argument."""

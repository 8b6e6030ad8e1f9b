"""The regulation: its numbers as data, its reckoning of time as pure functions."""

"""The desks of the command line, for whoever attacks it."""

from tests.cli.conftest import desk, fits, reader, story_desk, terminal, typed

__all__ = ["desk", "fits", "reader", "story_desk", "terminal", "typed"]

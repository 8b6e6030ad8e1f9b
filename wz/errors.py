"""What can go wrong, with the exit code that says so; the command line catches these in one place."""


class WzError(Exception):
    """An expected failure: a message for the user, and what to do about it."""

    exit_code = 70

    def __init__(self, message: str, cure: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.cure = cure


class Usage(WzError):
    """The command was typed wrongly, or names something that is not there."""

    exit_code = 2


class Refused(WzError):
    """The regulation does not allow it; `article` is the data form, such as "14" or "13(1)"."""

    exit_code = 3

    def __init__(self, message: str, cure: str = "", article: str | None = None) -> None:
        super().__init__(message, cure)
        self.article = article


class InTheWay(Refused):
    """Another event of the case would no longer be lawful: it rests on what is to be changed."""


class Unreadable(WzError):
    """The registry, or a file of it, cannot be read or written."""

    exit_code = 4


class GitFailed(WzError):
    """Git refused, conflicted or is not there."""

    exit_code = 5

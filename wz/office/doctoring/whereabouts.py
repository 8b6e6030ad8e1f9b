"""Of which file and which commits an object is."""

from collections.abc import Sequence
from functools import cached_property

from wz.model import case_id
from wz.office.doctoring.patient import Patient


class Whereabouts:
    """What the history says about objects that themselves cannot be read."""

    def __init__(self, patient: Patient, names: Sequence[str]) -> None:
        self._patient = patient
        self._names = frozenset(names)

    @cached_property
    def _seen(self) -> dict[str, tuple[str, list[str]]]:
        """The path of each, from the repository's top, and the commits that brought it in, latest first.

        No file's bytes are read for it, so it goes back as far as commits and folders can be read.
        """
        options = ("--all", "-t", "--raw", "--no-abbrev", "--no-renames", "-z", "--format=%x01%H")
        done = self._patient.git.run("log", *options, check=False)
        found: dict[str, tuple[str, list[str]]] = {}
        commit, about = "", ""
        for part in done.stdout.decode("utf-8", "surrogateescape").split("\0"):
            text = part.lstrip("\n")
            if text.startswith("\x01"):
                commit = text[1:]
            elif text.startswith(":"):
                about = text
            elif about:
                if (name := about.split(" ")[3]) in self._names:
                    found.setdefault(name, (text, []))[1].append(commit)
                about = ""
        return found

    @cached_property
    def _staged(self) -> dict[str, str]:
        """What git's index says: it knows the last commit's files even where the folders cannot be read."""
        done = self._patient.git.run("ls-files", "--stage", "-z", "--full-name", ":/", check=False)
        found = {}
        for entry in done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]:
            about, _tab, path = entry.partition("\t")
            if (name := about.split(" ")[1]) in self._names:
                found[name] = path
        return found

    def path(self, name: str) -> str:
        """Empty where it is not known."""
        return self._seen[name][0] if name in self._seen else self._staged.get(name, "")

    def case(self, name: str) -> str:
        """The case it belongs to; empty where it belongs to none."""
        return case_of(self.path(name))

    def commits(self, name: str) -> list[str]:
        """The commits that brought it in, latest first, as far as the history can be read."""
        return self._seen[name][1] if name in self._seen else []


def case_of(path: str) -> str:
    """The id of the case that a file or document belongs to; empty where it belongs to none."""
    for part in reversed(path.split("/")):
        stem = part.removesuffix(".yaml").removesuffix(".files")
        if case_id.PATTERN.fullmatch(stem):
            return stem
    return ""

"""One commit under audit: what its findings have in common."""

from datetime import datetime
from typing import Any

from wz.i18n import _
from wz.model.case_id import PATTERN
from wz.model.instants import SHANGHAI
from wz.office.auditing.finding import ARTICLES, Finding, Kind, cure
from wz.office.auditing.in_force import InForce
from wz.store.past import Commit


class Subject:
    """A commit, the settings in force before it, and who made it by them (None: nobody there has the e-mail)."""

    def __init__(self, commit: Commit, in_force: InForce, who: str | None) -> None:
        self.commit = commit
        self.in_force = in_force
        self.who = who
        self.recorded = datetime.fromtimestamp(commit.at, SHANGHAI)
        self.findings: list[Finding] = []

    @property
    def author(self) -> str:
        """Whom to name: the person of units.yaml, else the e-mail."""
        return self.who or f"{self.commit.author_name} <{self.commit.author}>"

    def found(self, kind: Kind, message: str, help_text: str = "", path: str | None = None, **more: Any) -> None:
        """A fault of this commit, to be told with it."""
        finding = self.finding(kind, message, help_text, path, **more)
        if finding not in self.findings:
            self.findings.append(finding)

    def finding(
        self,
        kind: Kind,
        message: str,
        help_text: str = "",
        path: str | None = None,
        *,
        line: int | None = None,
        article: str | None = None,
        mark: str | None = None,
    ) -> Finding:
        """A fault of this commit."""
        return Finding(
            kind=kind,
            commit=self.commit.name,
            recorded=self.recorded,
            author=self.author,
            file=path,
            case=case_of(path) if path else None,
            message=message,
            cure=help_text or cure(kind, self.parent, path or ""),
            line=line,
            article=article or ARTICLES[kind],
            mark=mark,
        )

    @property
    def parent(self) -> str:
        """The commit that this one builds on, first of all; itself where it begins the history."""
        return self.commit.parents[0] if self.commit.parents else self.commit.name


def begun_apart(commit: Commit, path: str) -> Finding:
    """A commit that writes cases or settings where no registry is in force, beside the one there is."""
    return Finding(
        kind="history",
        commit=commit.name,
        recorded=datetime.fromtimestamp(commit.at, SHANGHAI),
        author=f"{commit.author_name} <{commit.author}>",
        file=path,
        case=case_of(path),
        message=_("it begins a second history, with cases or settings of its own"),
        cure=cure("history"),
        article=ARTICLES["history"],
    )


def case_of(path: str) -> str | None:
    """The id in the path of a case file or of a document."""
    found = PATTERN.search(path)
    return found[0] if found else None

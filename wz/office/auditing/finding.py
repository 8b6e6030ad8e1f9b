"""What an audit says: findings, late entries, and the whole."""

from datetime import datetime
from typing import Literal, get_args

import msgspec

from wz.i18n import N_, _
from wz.model.problem import Problem

Kind = Literal[
    "rewritten",
    "removed",
    "misplaced",
    "unreadable",
    "unlawful",
    "role",
    "author",
    "trailers",
    "time",
    "attachment",
    "merge",
    "conflict",
    "settings",
    "history",
    "unsigned",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
KIND_LABELS: dict[Kind, str] = {
    "rewritten": "改写",
    "removed": "删除",
    "misplaced": "错位",
    "unreadable": "不可读",
    "unlawful": "违规",
    "role": "越权",
    "author": "冒名",
    "trailers": "标注不符",
    "time": "时间不符",
    "attachment": "附件不符",
    "merge": "合并不符",
    "conflict": "冲突未决",
    "settings": "设置有误",
    "history": "历史断裂",
    "unsigned": "未签名",
}
# What helps against each kind, where the finding itself does not say more. Nothing here asks to rewrite a history that
# others have: what is shared is mended by a new commit.
_CURES: dict[Kind, str] = {
    "rewritten": N_("Restore the file as it was before this commit; mend a mistake with `wz correct` or `wz retract`."),
    "removed": N_("Restore the file: git checkout {parent} -- {path}"),
    "misplaced": N_("Case files are cases/YYYY/MM/DD/ID.yaml, documents cases/YYYY/MM/DD/ID.files/NAME."),
    "unreadable": N_("Restore the file: git checkout {parent} -- {path}"),
    "unlawful": N_("Retract the event, and do what the regulation allows."),
    "role": N_("Have somebody do it who may; `wz rules --roles` shows the table."),
    "author": N_("Commit under your own name: git commit --amend --reset-author"),
    "trailers": N_("Record it with `wz`, which writes message and event together."),
    "time": N_("Retract the event and enter it with the right time; `recording` in rules.yaml sets what is tolerated."),
    "attachment": N_("Restore the document; a new one is added with `wz attach`."),
    "merge": N_("Merge again and keep every event of both sides, one after the other."),
    "conflict": N_("`wz sync --resolve` shows both events and asks which stands."),
    "settings": N_("Mend the file and commit it; `wz validate` lists every fault."),
    "history": N_("Fetch the registry's branch, and record on it anew."),
    "unsigned": N_("Sign it with a key listed in allowed_signers: git commit --amend -S"),
}  # fmt: skip


# The article by which each kind is a fault, where no nearer one speaks: 第二十六条 asks for a running register of what
# is handed out (动态登记管理制度), 第三条 makes the office its keeper, 第五条 names who acts, 第十五条 asks for the
# documents.
ARTICLES: dict[Kind, str] = {
    **dict.fromkeys(KINDS, "26"),
    "role": "5",
    "author": "5",
    "unsigned": "5",
    "attachment": "15",
    "settings": "3",
}


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A fault of one commit. `line` is that of the file as the commit has it; `case` and `file` where it has one.

    `mark` is that of an event in conflict with another since a merge: a later commit may settle it.
    """

    kind: Kind
    commit: str
    recorded: datetime
    author: str
    case: str | None = None
    file: str | None = None
    line: int | None = None
    article: str
    message: str
    cure: str
    mark: str | None = None

    def as_problem(self) -> Problem:
        """As what checks of files show: the commit goes before the words."""
        return Problem(
            file=self.file or "units.yaml",
            line=self.line,
            case=self.case,
            article=self.article,
            message=_("commit {commit} ({author}): {message}").format(
                commit=self.commit[:9], author=self.author, message=self.message
            ),
            cure=self.cure,
        )


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """An event recorded on a later working day than it happened; `days` are working days."""

    commit: str
    case: str
    action: str
    by: str
    at: datetime
    recorded: datetime
    author: str
    days: int


class Audit(msgspec.Struct, frozen=True, kw_only=True):
    """`wz audit --format json`. `commits` is how many the range has, `examined` how many of them were not known yet."""

    registry: str
    range: str
    tip: str | None
    signed: bool
    commits: int
    examined: int
    findings: list[Finding]
    late: list[Late]


def cure(kind: Kind, parent: str = "", path: str = "") -> str:
    """What helps against a kind of fault."""
    return _(_CURES[kind]).format(parent=parent[:9], path=path)

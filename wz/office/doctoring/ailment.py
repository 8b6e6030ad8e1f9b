"""What the doctor found, as data: what is wrong, why, what was done, what remains."""

from typing import Literal

import msgspec

from wz.i18n import N_

# found: can be mended, or needs a person; mended; lost: nothing here holds it any more; hint: works, but see to it.
State = Literal["found", "mended", "lost", "hint"]

KIND_LABELS = {
    "branch": "分支",
    "cache": "缓存",
    "clock": "时钟",
    "disk": "磁盘",
    "git": "git",
    "head": "HEAD",
    "index": "暂存区",
    "journal": "未完成的记录",
    "leftover": "残留文件",
    "lock": "锁文件",
    "object": "对象",
    "pack": "对象包",
    "permission": "权限",
    "settings": "设置",
    "unfinished": "未完成的操作",
    "work-tree": "工作区文件",
}
KINDS = tuple(KIND_LABELS)
STATE_LABELS = {
    "found": N_("found"),
    "mended": N_("mended"),
    "lost": N_("lost"),
    "hint": N_("hint"),
}


class Ailment(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is not as it should be. `place`: a file, branch, object; `cases`, `commits`: whom it concerns."""

    kind: str
    state: State
    place: str
    what: str
    why: str = ""
    done: str = ""
    todo: str = ""
    cases: list[str] = []
    commits: list[str] = []


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """`wz doctor --format json`. `lost_folder` is where what was displaced is kept; null where nothing was."""

    registry: str
    fixed: bool
    objects_read: bool
    lost_folder: str | None
    ailments: list[Ailment]

    @property
    def left(self) -> list[Ailment]:
        """What is neither mended nor a mere hint."""
        return [one for one in self.ailments if one.state in ("found", "lost")]

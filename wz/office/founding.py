"""A new registry: its folder, repository, settings, schemas; and what an update of wz brings to an old one."""

from datetime import datetime
from pathlib import Path

from wz.errors import Unreadable, Usage
from wz.i18n import _, listed, reason_of
from wz.office.permissions import permit
from wz.store import driver, durable, schema, sealing, yamlfile
from wz.store.git import Git, create_repository
from wz.store.place import MARK
from wz.store.registry import Registry
from wz.store.settings import national

# Case files are kept byte for byte on every system, without conversion of line ends, and merged by their events.
_ATTRIBUTES = "cases/** -text\n*.yaml text eol=lf\ncases/**/*.yaml -text\n" + driver.LINE
_SETTINGS = (".gitattributes", ".gitignore", "units.yaml", "calendar.yaml")
_IGNORED = "/site/\n/*.docx\n*.wz-new\n*~\n.DS_Store\nThumbs.db\n"

_UNITS = """\
# yaml-language-server: $schema=schemas/units.schema.json
# 成员单位登记（第五条）。每个人的 email 与其 git 身份（git config user.email）一致，系统据此认人。
format: 1
city: 某某市

office:
  id: office
  name: 市“五型”办
  people:
    - id: {person}
      name: {name}
      role: clerk            # chief 主任, clerk 工作人员, auditor 审计人员
      email: {email}
{keys}
supervision:
  id: supervision
  name: 市政府督查室
  people: []

areas:
  - id: town-a
    name: 甲镇

units:
  # kind: township 乡镇, department 部门, enterprise 公共服务企事业单位
  # role: handler 承办人, responsible 责任人, deputy 分管领导, principal 主要领导（第五条、第二十六条）
  - id: urban-mgmt
    name: 城市管理局
    aliases: [城管局]
    kind: department
    people:
      - id: handler
        name: 承办人（请改为姓名）
        role: handler
      - id: responsible
        name: 责任人（请改为姓名）
        role: responsible
      - id: deputy
        name: 分管领导（请改为姓名）
        role: deputy
      - id: principal
        name: 主要领导（请改为姓名）
        role: principal
"""

_KEYS = """\
  keys:                      # 公钥：诉求人信息据此密封（第十九条）；私钥不在登记库内，见 wz key list
    - {public}
"""

_CALENDAR = """\
# yaml-language-server: $schema=schemas/calendar.schema.json
# 工作日历。国家安排之外，本地停办日写在 closed，本地加班日写在 open：
# closed:
#   - date: "{year}-01-02"
#     reason: 停电检修
#     source: 市政府办通知
# 下午下班时间（写上后，期限于当日该时刻届满；不写则至 24 时）：
# close_of_business: "17:30"
# years 是已公布的全年安排，用 `wz calendar pin {year}` 写入，软件更新不会改变它。
format: 1
"""


def found(root: Path, now: datetime) -> Registry:
    """Make a registry in a folder that has none, with whoever git says is typing as its first clerk.

    Raises Usage where there is one already, GitFailed where git does not know who is typing.
    """
    prepare(root)
    registry = Registry(root)
    git = registry.git
    public = office_key(root, now)
    name = git.identity.author.partition(" <")[0]
    person = "".join(one for one in git.identity.email.partition("@")[0].lower() if one.isascii() and one.isalnum())
    units = _UNITS.format(
        person=person or "clerk",
        name=yamlfile.dump(name).strip().removesuffix("...").strip(),
        email=yamlfile.dump(git.identity.email).strip().removesuffix("...").strip(),
        keys=_KEYS.format(public=public) if public else "",
    )
    settle(registry, units, _CALENDAR.format(year=now.year) + _pinned(now.year))
    return registry


def office_key(root: Path, now: datetime) -> str | None:
    """Make the office's key and keep it here; its public half, or None where pyrage is not installed.

    Raises Unreadable where the private half cannot be kept.
    """
    from wz.store.keyring import Keyring

    ring = Keyring(root)
    try:
        key = sealing.new_key()
    except Unreadable:
        return None
    ring.add(key, "office", root.name, now)
    return key.public


def _pinned(year: int) -> str:
    from wz.office.pinning import entry

    published = [(one, arrangement) for one in (year, year + 1) if (arrangement := national(one)).published]
    return "".join(["years:\n", *(entry(one, arrangement) for one, arrangement in published)]) if published else ""


def settle(registry: Registry, units: str, calendar: str) -> None:
    """Write the settings and schemas of a new registry and commit them."""
    files = dict(zip(_SETTINGS, (_ATTRIBUTES, _IGNORED, units, calendar), strict=True))
    changes = {name: text.encode("utf-8") for name, text in files.items()} | schema_files()
    with registry.locked():
        registry.commit(changes, dict.fromkeys(changes), "init: a new registry\n\nWz-Action: init\n")
    driver.ready(registry.git)
    durable.sync_all()  # what `git init` wrote has never been synced


def schema_files() -> dict[str, bytes]:
    """The schemas, so that editors can help in the registry itself."""
    return {f"schemas/{path.name}": path.read_bytes() for path in sorted(schema.folder().glob("*.schema.json"))}


def update_schemas(registry: Registry) -> list[str]:
    """Bring the registry's copies of the schemas up to this wz, and let git merge cases by their events.

    Returns the files that changed; commits them.
    """
    with registry.locked():
        wanted = schema_files() | _merging_attributes(registry.root)
        before = {name: _content(registry.root / name) for name in wanted}
        changes = {name: content for name, content in wanted.items() if before[name] != content}
        if changes:
            permit(registry, "settings")
            registry.commit(changes, before, "init: update schemas\n\nWz-Action: init\n")
    driver.ready(registry.git)
    durable.sync_all()  # what `git init` wrote has never been synced
    return list(changes)


def _merging_attributes(root: Path) -> dict[str, bytes]:
    """The attributes of the repository with those that an older wz did not write, as a last line."""
    if driver.is_named(root):
        return {}
    former = _content(root / ".gitattributes") or b""
    start = former if not former or former.endswith(b"\n") else former + b"\n"
    return {".gitattributes": start + driver.LINE.encode()}


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def prepare(root: Path) -> None:
    """The folder and its repository, where nothing is in the way. Raises Usage, Unreadable, GitFailed."""
    if (root / MARK).exists():
        raise Usage(
            _("{folder} is a registry already").format(folder=root),
            _("`wz init --update` brings its schemas up to date."),
        )
    present = [name for name in (*_SETTINGS, *schema_files()) if (root / name).exists()]
    if present:
        raise Usage(
            _("{folder} already holds {files}").format(folder=root, files=listed(present)),
            _("Choose an empty folder."),
        )
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Unreadable(
            _("cannot write {path}: {reason}").format(path=root, reason=reason_of(error)), _("Choose another folder.")
        ) from None
    if not Git(root).present:
        create_repository(root)

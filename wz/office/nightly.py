"""The files of a nightly job, for each place that can run one: what `wz init --ci` writes and commits."""

from codecs import BOM_UTF16_LE
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from importlib.resources import files
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from wz import __version__
from wz.errors import Usage
from wz.i18n import _, listed
from wz.store.commits import Committer
from wz.store.registry import Registry

_REPORTS = "# 每日检查写出的报表\ncheck.*\n"
_REQUIREMENTS = "# 作业由此安装 wz：{hint}\n{requirement}\n"
_HINT = "包名与版本、git+https://… 地址，或 wheel 文件"
_NOWHERE = f"wz @ https://example.invalid/wz-{__version__}-py3-none-any.whl"
REQUIREMENTS = "ci/requirements.txt"


class Job(NamedTuple):
    """A nightly job: its templates by where they go, from the repository's top (`/…`) or from the registry."""

    files: Mapping[str, str]
    installs: bool


JOBS: dict[str, Job] = {
    "github": Job({"/.github/workflows/wz-check.yml": "github.yml"}, installs=True),
    "gitlab": Job({"/.gitlab-ci.yml": "gitlab.yml"}, installs=True),
    "gitee": Job({"/.workflow/wz-check.yml": "gitee.yml"}, installs=True),
    "cron": Job({"ci/nightly.sh": "nightly.sh", "ci/crontab": "crontab"}, installs=False),
    "windows": Job({"ci/wz-check.task.xml": "task.xml"}, installs=False),
}


class Written(NamedTuple):
    """What was written, named from the repository's top, and whether somebody must still say where wz is to be had."""

    files: list[str]
    nowhere: bool


def write(registry: Registry, jobs: Iterable[str], *, fail_on: str, package: str | None, force: bool) -> Written:
    """Write the files of those jobs and commit them; what is there already and right is left.

    `package` is what pip installs wz from. Raises Usage where a file holds something else and `force` is not set, and
    as `Committer.commit` does; then nothing has been written.
    """
    layout = registry.git.layout
    top = Committer(layout.top)
    with top.locked():
        requirement = package or _requirement()
        wanted = _contents(registry, list(jobs), fail_on, requirement)
        there = {name: path.read_bytes() if (path := layout.top / name).is_file() else None for name in wanted}
        if package is None and there.get(layout.prefix + REQUIREMENTS) is not None:
            del wanted[layout.prefix + REQUIREMENTS]  # the office has said already where wz is to be had
        changes = {name: content for name, content in wanted.items() if there[name] != content}
        changed = [name for name in changes if there[name] is not None]
        if changed and not force:
            raise Usage(
                _("already there, and not what would be written: {files}").format(files=listed(changed)),
                _("Look at them; --force writes over them, and git keeps what they held."),
            )
        if changes:
            top.commit(changes, there, f"init: nightly job for {', '.join(jobs)}\n\nWz-Action: init\n")
    nowhere = requirement == _NOWHERE and layout.prefix + REQUIREMENTS in changes
    return Written(list(changes), nowhere)


def _contents(registry: Registry, jobs: list[str], fail_on: str, requirement: str) -> dict[str, bytes]:
    """Every file of the jobs by its name from the repository's top."""
    prefix = registry.git.layout.prefix
    values = {"FAIL_ON": fail_on, "REGISTRY": prefix.rstrip("/") or ".", "ROOT": str(registry.root)}
    found: dict[str, bytes] = {}
    for job in jobs:
        for place, template in JOBS[job].files.items():
            found[place[1:] if place[0] == "/" else prefix + place] = _filled(template, values)
        if JOBS[job].installs:
            text = _REQUIREMENTS.format(hint=_HINT, requirement=requirement)
            found[prefix + REQUIREMENTS] = text.encode("utf-8")
        else:
            found[prefix + "ci/.gitignore"] = _REPORTS.encode("utf-8")
    return found


def _filled(template: str, values: Mapping[str, str]) -> bytes:
    """A template with its values; a task for Windows in UTF-16 with a byte-order mark, which schtasks asks for."""
    text = (files("wz") / "nightly" / template).read_text(encoding="utf-8")
    task = template.endswith(".xml")
    for name, value in values.items():
        text = text.replace(f"@{name}@", escape(value) if task else value)
    return BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le") if task else text.encode("utf-8")


def _requirement() -> str:
    """What pip installs this wz from: the address that it came from itself, else its version in the index.

    Of a wz that was installed from a folder nobody else can tell where it is to be had; a name that cannot be reached
    says so, where the bare name might fetch another project of that name.
    """
    import json

    try:
        source: Any = json.loads(distribution("wz").read_text("direct_url.json") or "null")
    except PackageNotFoundError:
        return _NOWHERE
    if source is None:
        return f"wz=={__version__}"
    if source["url"].startswith("file:"):
        return _NOWHERE
    if vcs := source.get("vcs_info"):
        return f"wz @ {vcs['vcs']}+{source['url']}@{vcs['commit_id']}"
    return f"wz @ {source['url']}"

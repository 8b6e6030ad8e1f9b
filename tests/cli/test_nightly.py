"""The nightly job's files: good by their own formats, right about time, and run for real on a shallow clone."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import pytest
from junitparser import JUnitXml

ROOT = Path(__file__).parents[2]
SITES = ["github", "gitlab", "gitee", "cron", "windows"]
ALL = [word for site in SITES for word in ("--ci", site)]
FILES = {
    ".github/workflows/wz-check.yml", ".gitlab-ci.yml", ".workflow/wz-check.yml", "ci/requirements.txt",
    "ci/nightly.sh", "ci/crontab", "ci/.gitignore", "ci/wz-check.task.xml",
}  # fmt: skip
BEIJING = timedelta(hours=8)


def loaded(text: bytes) -> Any:
    """YAML as CI services read it, but for `on`, which YAML 1.2 leaves a text."""
    from wz.store.yamlfile import load

    return load(text)


def schema_says(kind: str, file: Path) -> str:
    """What the public schema has against the file; nothing if all is well."""
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{kind}", str(file)],
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    return "" if done.returncode == 0 else done.stdout.decode()


# -- what init writes


def test_into_a_registry_that_is_there(desk: Any) -> None:
    before = desk.commits()
    done = desk("init", *ALL)
    assert set(done.out.splitlines()) == FILES
    assert all(site in done.err for site in SITES)
    assert desk.clean()
    assert desk.commits() == before + 1
    assert set(desk.git("show", "--format=", "--name-only").splitlines()) == FILES
    assert desk.git("log", "-1", "--format=%s%n%(trailers:key=Wz-Action,valueonly)").split("\n")[:2] == [
        "init: nightly job for github, gitlab, gitee, cron, windows",
        "init",
    ]
    assert "there already" in desk("init", *ALL).out
    assert desk.commits() == before + 1
    desk("validate")


def test_into_a_new_one_and_from_below(typed: Any, tmp_path: Path) -> None:
    made = typed("init", "new", "--ci", "cron", cwd=tmp_path)
    assert made.code == 0
    assert (tmp_path / "new/ci/nightly.sh").is_file()
    assert typed("init", "--ci", "gitlab", cwd=tmp_path / "new/schemas").code == 0
    assert (tmp_path / "new/.gitlab-ci.yml").is_file()
    done = typed("init", "--ci", "gitlab", "--registry", "nowhere", cwd=tmp_path)
    assert done.code == 4
    assert not (tmp_path / "units.yaml").exists()


def test_a_changed_file_is_not_written_over(desk: Any) -> None:
    desk("init", "--ci", "gitlab", "--ci", "cron")
    mine = desk.root / ".gitlab-ci.yml"
    mine.write_text("mine: {script: [x]}\n", "utf-8")
    desk.git("commit", "-qam", "mine")
    before = desk.commits()
    done = desk("init", *ALL, code=2)
    assert ".gitlab-ci.yml" in done.err
    assert "--force" in done.err
    assert (desk.commits(), mine.read_text("utf-8")) == (before, "mine: {script: [x]}\n")
    assert not (desk.root / ".github").exists()
    desk("init", *ALL, "--force")
    assert "mine" not in mine.read_text("utf-8")
    assert desk.git("show", "HEAD~1:.gitlab-ci.yml") == "mine: {script: [x]}"
    mine.write_text("not committed\n", "utf-8")
    desk("init", "--ci", "gitlab", "--force", code=5)
    assert mine.read_text("utf-8") == "not committed\n"


def test_where_wz_is_to_be_had(desk: Any) -> None:
    """Asked for where nobody can tell; never the bare name, which the public index gives to another project."""
    assert "ci/requirements.txt" in desk("init", "--ci", "github").err
    requirements = desk.root / "ci/requirements.txt"
    assert ".invalid/" in requirements.read_text("utf-8").splitlines()[-1]
    desk("init", "--ci", "github", "--package", "git+https://git.example/wz@v1", code=2)
    desk("init", "--ci", "github", "--package", "git+https://git.example/wz@v1", "--force")
    assert requirements.read_text("utf-8").splitlines()[-1] == "git+https://git.example/wz@v1"
    assert desk("init", "--ci", "gitee").out.split() == [".workflow/wz-check.yml"]
    desk("init", "--package", "x", code=2)
    desk("init", "--ci", "jenkins", code=2)


def test_below_the_top_of_a_repository(typed: Any, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path / "top")], check=True)
    assert typed("init", "办公室", *ALL, cwd=tmp_path / "top").code == 0
    inside = {"办公室/" + name if name.startswith("ci/") else name for name in FILES}
    assert all((tmp_path / "top" / name).is_file() for name in inside)
    job = loaded((tmp_path / "top/.github/workflows/wz-check.yml").read_bytes())
    assert job["env"]["WZ_REGISTRY"] == "办公室"
    assert subprocess.run(["git", "-C", str(tmp_path / "top"), "status", "--porcelain"], capture_output=True,
                          check=True).stdout == b""  # fmt: skip


@pytest.mark.parametrize("level", ["blue", "yellow", "referral"])
def test_the_level_is_in_every_job(desk: Any, level: str) -> None:
    desk("init", *ALL, "--fail-on", level)
    for name in FILES - {"ci/requirements.txt", "ci/.gitignore", "ci/crontab"}:
        data = (desk.root / name).read_bytes()
        assert f"--fail-on {level}" in data.decode("utf-16" if name.endswith(".xml") else "utf-8"), name


# -- by their own formats


@pytest.fixture(scope="session")
def jobs(told: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shallow clone of the sample with every job in it, as a CI service checks it out."""
    base = tmp_path_factory.mktemp("jobs")
    subprocess.run(["git", "clone", "-q", str(told), str(base / "full")], check=True)
    subprocess.run([sys.executable, "-m", "wz", "init", *ALL], cwd=base / "full", check=True, capture_output=True)
    clone = base / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", (base / "full").as_uri(), str(clone)], check=True)
    return clone


@pytest.mark.parametrize(
    ("kind", "name"), [("github-workflows", ".github/workflows/wz-check.yml"), ("gitlab-ci", ".gitlab-ci.yml")]
)
def test_job_files_fit_the_public_schemas(jobs: Path, kind: str, name: str) -> None:
    assert schema_says(kind, jobs / name) == ""


def test_the_action_fits_its_schema() -> None:
    assert schema_says("github-actions", ROOT / "action.yml") == ""


def test_gitee_has_what_its_manual_names(jobs: Path) -> None:
    """No schema is public. Its manual: one cron of minute, hour, day, month, weekday, of which day and weekday may not
    both be `*`; stages with steps; commands are a list of texts."""
    pipeline = loaded((jobs / ".workflow/wz-check.yml").read_bytes())
    assert set(pipeline) == {"version", "name", "displayName", "triggers", "stages"}
    assert pipeline["version"] == "1.0"
    assert pipeline["triggers"] == {"trigger": "auto", "schedule": [{"cron": "30 0 * * ?"}]}
    (stage,) = pipeline["stages"]
    (step,) = stage["steps"]
    assert {"name", "displayName", "strategy", "trigger", "steps"} <= set(stage)
    assert step["step"] == "build@python"
    assert all(isinstance(command, str) for command in step["commands"])


def test_cron_as_a_library_reads_it(jobs: Path) -> None:
    from crontab import CronTab

    table = CronTab(tab=(jobs / "ci/crontab").read_text("utf-8"))
    (job,) = table
    assert job.is_valid()
    assert job.env["CRON_TZ"] == "Asia/Shanghai"
    assert Path(job.env["REGISTRY"]).name == "full"
    assert job.command == 'sh "$REGISTRY/ci/nightly.sh"'
    assert next_run(str(job.slices), timedelta(0)) == "00:30"


def next_run(cron: str, offset: timedelta) -> str:
    """The time of day in a zone, so far from that of the cron line, at which it runs; it must run every day."""
    from croniter import croniter

    runs = croniter(cron, datetime(2026, 11, 20, 12, tzinfo=UTC))
    first, second = runs.get_next(datetime), runs.get_next(datetime)
    assert second - first == timedelta(days=1)
    return f"{first + offset:%H:%M}"


def test_every_job_runs_half_an_hour_into_the_day_in_beijing(jobs: Path) -> None:
    """When the new day's charge is known and nobody is at work; GitHub's clock is UTC."""
    (schedule,) = loaded((jobs / ".github/workflows/wz-check.yml").read_bytes())["on"]["schedule"]
    assert next_run(schedule["cron"], BEIJING) == "00:30"
    assert "30 0 * * *" in (jobs / ".gitlab-ci.yml").read_text("utf-8")


TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def test_the_windows_task_has_the_documented_elements(jobs: Path) -> None:
    """UTF-16 with a byte-order mark; elements, order and types of the Task Scheduler schema 1.2."""
    data = (jobs / "ci/wz-check.task.xml").read_bytes()
    assert data.startswith(b"\xff\xfe")
    assert b"\r\0\n\0" in data
    task = ET.fromstring(data)
    assert (task.tag, task.get("version")) == (f"{TASK}Task", "1.2")
    assert [one.tag.removeprefix(TASK) for one in task] == [
        "RegistrationInfo", "Triggers", "Principals", "Settings", "Actions",
    ]  # fmt: skip
    (trigger,) = task.findall(f"{TASK}Triggers/{TASK}CalendarTrigger")
    assert [one.tag.removeprefix(TASK) for one in trigger] == ["StartBoundary", "ScheduleByDay"]
    start = datetime.fromisoformat(trigger[0].text or "")
    assert (f"{start:%H:%M}", start.utcoffset()) == ("00:30", BEIJING)
    assert trigger[1][0].text == "1"
    settings = {one.tag.removeprefix(TASK): one.text for one in task.find(f"{TASK}Settings") or []}
    assert settings["MultipleInstancesPolicy"] == "IgnoreNew"
    assert re.fullmatch(r"PT\d+H", settings["ExecutionTimeLimit"] or "")
    principal = task.find(f"{TASK}Principals/{TASK}Principal")
    actions = task.find(f"{TASK}Actions")
    assert principal is not None
    assert actions is not None
    assert principal.get("id") == actions.get("Context")
    for action in actions:
        assert [one.tag.removeprefix(TASK) for one in action] == ["Command", "Arguments", "WorkingDirectory"]
        assert Path(action[2].text or "").name == "full"
    assert [one[0].text for one in actions] == ["git", "py"]


def test_a_path_with_odd_characters(typed: Any, tmp_path: Path) -> None:
    folder = tmp_path / "登记 & <库>"
    assert typed("init", str(folder), "--ci", "windows", "--ci", "cron", cwd=tmp_path).code == 0
    task = ET.fromstring((folder / "ci/wz-check.task.xml").read_bytes())
    assert {one.text for one in task.iter(f"{TASK}WorkingDirectory")} == {str(folder)}
    assert f"\nREGISTRY={folder}\n" in (folder / "ci/crontab").read_text("utf-8")


def test_the_windows_command_exists(jobs: Path, typed: Any) -> None:
    """The task runs no shell: its words are typed here as they stand, the folder's separator apart."""
    actions = ET.fromstring((jobs / "ci/wz-check.task.xml").read_bytes()).find(f"{TASK}Actions")
    assert actions is not None
    words = (actions[1][1].text or "").replace("\\", "/").split()
    assert words[:3] == ["-P", "-m", "wz"]
    assert typed(*words[3:], "--as-of", "2026-11-20", cwd=jobs).code == 1
    assert (jobs / "ci/check.html").read_text("utf-8").startswith("<!doctype html>")


# -- a CI job, played


class Step(NamedTuple):
    name: str
    code: int
    out: str


def environment(more: Mapping[str, Any]) -> dict[str, str]:
    """Where `wz` and `python` are those of this test."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {key: value for key, value in os.environ.items() if not key.startswith("WZ_")}
    return kept | {"PATH": path} | {key: str(value) for key, value in more.items()}


def played(script: str, cwd: Path, env: Mapping[str, Any], shell: str = "bash") -> subprocess.CompletedProcess[str]:
    """A script as runners run it: until the first command that fails."""
    flags = ["-eo", "pipefail"] if shell == "bash" else ["-e"]
    return subprocess.run(
        [shell, *flags, "-c", script], cwd=cwd, env=environment(env), capture_output=True, encoding="utf-8",
        check=False, timeout=120,
    )  # fmt: skip


@pytest.fixture
def checkout(jobs: Path, tmp_path: Path) -> Path:
    """The shallow clone, to be written to."""
    subprocess.run(["cp", "-a", str(jobs), str(tmp_path / "checkout")], check=True)
    return tmp_path / "checkout"


def spoil(checkout: Path) -> str:
    """Makes a case file unreadable; gives its path."""
    path = "cases/2026/11/20/20261120-WN708S.yaml"
    (checkout / path).write_text("format: 1\n", "utf-8")
    return path


def test_the_github_job(checkout: Path, tmp_path: Path) -> None:
    """By the day on which this runs everything of the sample is long overdue, so the last step fails."""
    job = loaded((checkout / ".github/workflows/wz-check.yml").read_bytes())
    summary = tmp_path / "summary.md"
    env = job["env"] | {"GITHUB_STEP_SUMMARY": str(summary)}
    steps = [step for step in job["jobs"]["check"]["steps"] if "run" in step]
    assert "-r" in steps[0]["run"]  # the installation, which needs an index
    done = [played(step["run"], checkout, env) for step in steps[1:]]
    assert [one.returncode for one in done] == [0, 0, 0, 1]
    assert done[-1].stdout.startswith("::error file=cases/2026/")
    assert "移交督查" in summary.read_text("utf-8")
    upload = next(step for step in job["jobs"]["check"]["steps"] if "upload-artifact" in step.get("uses", ""))
    assert (checkout / upload["with"]["path"]).is_file()


def test_the_jobs_that_audit_have_the_whole_history(checkout: Path) -> None:
    """They ask for it, and then find the sample's history good; a shallow clone would be refused."""
    github = loaded((checkout / ".github/workflows/wz-check.yml").read_bytes())
    gitlab = loaded((checkout / ".gitlab-ci.yml").read_bytes())
    steps = github["jobs"]["audit"]["steps"]
    assert steps[0]["with"] == {"fetch-depth": 0}
    assert gitlab["wz-audit"]["variables"] == {"GIT_DEPTH": "0"}
    assert played(steps[-1]["run"], checkout, github["env"]).returncode == 5
    subprocess.run(["git", "-C", str(checkout), "fetch", "-q", "--unshallow"], check=True)
    assert played(steps[-1]["run"], checkout, github["env"]).returncode == 0
    done = played("\n".join(gitlab["wz-audit"]["script"]), checkout, gitlab["variables"], "sh")
    assert done.returncode == 0
    assert JUnitXml.fromfile(str(checkout / "wz-audit.xml")).tests


def test_the_gitlab_job(checkout: Path) -> None:
    job = loaded((checkout / ".gitlab-ci.yml").read_bytes())
    for name, code in (("wz-validate", 0), ("wz-check", 1)):
        done = played("\n".join(job[name]["script"]), checkout, job["variables"], "sh")
        assert done.returncode == code, done.stderr
        report = JUnitXml.fromfile(str(checkout / job[name]["artifacts"]["reports"]["junit"]))
        assert bool(report.failures) == bool(code)
        assert report.tests
    path = spoil(checkout)
    done = played("\n".join(job["wz-check"]["script"]), checkout, job["variables"], "sh")
    assert done.returncode == 4
    assert path in (checkout / "wz-check.xml").read_text("utf-8")


def test_the_gitee_job(checkout: Path) -> None:
    (stage,) = loaded((checkout / ".workflow/wz-check.yml").read_bytes())["stages"]
    commands = [one for one in stage["steps"][0]["commands"] if "pip install" not in one]
    done = played("\n".join(commands), checkout, {}, "sh")
    assert done.returncode == 1
    assert "移交督查" in done.stdout


def test_the_script_that_cron_runs(checkout: Path, tmp_path: Path) -> None:
    """Prints the table and leaves with 1 when something has reached the level, with 4 when a file cannot be read;
    silent with 0 otherwise. What has been pushed is fetched first; without a network it goes on with what is there."""
    script = f'sh "{checkout / "ci/nightly.sh"}"'

    def git(*words: str, where: Path = checkout) -> None:
        subprocess.run(["git", "-C", str(where), *words], check=True, capture_output=True)

    done = played(script, tmp_path, {})
    assert (done.returncode, done.stderr) == (1, "")
    assert "移交督查" in done.stdout
    assert (checkout / "ci/check.html").is_file()
    pushing, server = tmp_path / "pushing", tmp_path / "server"
    git("clone", "-q", "--bare", str(checkout), str(server), where=tmp_path)
    git("clone", "-q", str(server), str(pushing), where=tmp_path)
    git("rm", "-rq", "cases", where=pushing)
    git("commit", "-qm", "none", where=pushing)
    git("push", "-q", where=pushing)
    git("remote", "set-url", "origin", str(server))
    done = played(script, tmp_path, {})
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list(checkout.glob("cases/*/*/*/*.yaml"))
    (checkout / "cases/2026/11/20").mkdir(parents=True, exist_ok=True)
    path = spoil(checkout)
    git("remote", "set-url", "origin", str(tmp_path / "gone"))
    done = played(script, tmp_path, {})
    assert done.returncode == 4
    assert path in done.stdout
    assert "取不回最新内容" in done.stderr


def test_the_action(jobs: Path, checkout: Path, tmp_path: Path) -> None:
    action = loaded((ROOT / "action.yml").read_bytes())
    given = {f"inputs.{name}": one["default"] for name, one in action["inputs"].items()}
    given |= {"inputs.new-since": "yesterday", "runner.temp": str(tmp_path), "inputs.fail-on": "blue"}

    def run(step: Mapping[str, Any]) -> Step:
        env = {
            key: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: given[found[1]], value)
            for key, value in step["env"].items()
        }
        env |= {"GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"), "GITHUB_OUTPUT": str(tmp_path / "output")}
        assert "${{" not in step["run"], "what is given must not become part of a script"
        done = played(step["run"], checkout, env)
        return Step(step["name"], done.returncode, done.stdout)

    done = [run(step) for step in action["runs"]["steps"][2:]]
    assert [step.name for step in done] == ["Validate files", "Summarise", "Check deadlines"]
    assert [step.code for step in done][:2] == [0, 0]
    assert (tmp_path / "wz-check.html").is_file()
    assert (tmp_path / "output").read_text("utf-8") == f"report={tmp_path}/wz-check.html\n"
    assert (tmp_path / "summary.md").read_text("utf-8").startswith("# ")
    given["inputs.new-since"] = "HEAD~1"
    assert run(action["runs"]["steps"][-1]).code == 5


def test_the_pre_commit_hook(desk: Any) -> None:
    """What the hook is handed: changed files from the top of the repository, settings and documents among them."""
    (hook,) = loaded((ROOT / ".pre-commit-hooks.yaml").read_bytes())
    pattern = re.compile(hook["files"])
    case = desk.new()
    path = desk.file(case).relative_to(desk.root).as_posix()
    document = path.removesuffix(".yaml") + ".files/调查 1.txt"
    for name in (path, document, "units.yaml", "office/rules.yaml", "office/" + path):
        assert pattern.search(name), name
    for name in ("README.md", "schemas/units.schema.json", "ci/crontab", "x-units.yaml"):
        assert not pattern.search(name), name
    words = hook["entry"].split()[1:]
    assert json.loads(desk(*words, path, "units.yaml", "--format", "json").out)["cases"] == 1
    (desk.root / document).parent.mkdir()
    (desk.root / document).write_text("x", "utf-8")
    assert json.loads(desk(*words, document, path, "--format", "json").out)["cases"] == 1
    desk.file(case).write_text(desk.file(case).read_text("utf-8").replace("title", "titel"), "utf-8")
    assert "titel" in desk(*words, document, code=1).out
    desk(*words, "units.yaml", "calendar.yaml")

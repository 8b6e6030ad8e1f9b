"""`python -m fuzz TARGET [OPTIONS OF LIBFUZZER]`; without any, SECONDS (60) of it. Findings are left in `fuzz/found`.

Each target starts from the good and the bad examples and from tables made here, and keeps what it learns in
`fuzz/corpus`; neither folder is committed. What is found becomes an example under `tests/examples/bad`, or a test.
"""

import os
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["wz", "yaml", "openpyxl"]):
    from fuzz import targets

HERE = Path(__file__).parent
EXAMPLES = targets.ROOT / "tests/examples"
LONGEST = "16384"  # bytes; longer inputs find nothing that shorter ones do not, and slowly


def seeds(target: str) -> list[bytes]:
    """What a target starts from."""
    if target in ("case", "units", "calendar", "rules", "yaml"):
        kind = "*" if target == "yaml" else target
        own = [targets.ROOT / f"{target}.yaml", targets.ROOT / "wz/regulation/longnan.yaml"]
        return [file.read_bytes() for file in (*EXAMPLES.glob(f"*/{kind}/*.yaml"), *own) if file.exists()]
    grid = [["编号", "标题", "时间"], ["1", "路灯不亮", "2026-11-20 08:00"], ["2", "=1+1", "20261120"]]
    match target:
        case "table_csv":
            text = "\r\n".join(",".join(row) for row in grid)
            return [text.encode(one) for one in ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-be")]
        case "table_xlsx":
            from wz.store.workbook import to_workbook

            return [to_workbook("Sheet1", grid)]
        case "table_jsonl":
            return ['{"编号": 1, "源": {"id": "x"}}\n{"编号": null}\n'.encode()]
        case "profile":
            return ["format: 1\nsystem: 旧平台\ncolumns:\n  标题: 标题\n".encode()]
        case "words":
            typed = "unit:urban-mgmt state:assigned due<today+3wd not (路灯 or level>=red)"
            return [
                one.encode()
                for one in (typed, "20261119-8Z5HZT", "2026-11-20 09:40", "2026年11月20日上午9时", "46345.5")
            ]
    return ["<b>\x1b[31m=1+1\u202e::set-env 13812345678%0A".encode()]


def main() -> None:
    target, *options = sys.argv[1:]
    corpus, found = HERE / "corpus" / target, HERE / "found"
    corpus.mkdir(parents=True, exist_ok=True)
    found.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds(target)):
        (corpus / f"seed-{number}").write_bytes(seed)
    options = options or [f"-max_total_time={os.environ.get('SECONDS', '60')}"]
    limits = [f"-max_len={LONGEST}", "-timeout=10", "-rss_limit_mb=2048", f"-artifact_prefix={found}/{target}-"]
    atheris.Setup([sys.argv[0], *limits, *options, str(corpus)], targets.TARGETS[target])
    atheris.Fuzz()


if __name__ == "__main__":
    main()

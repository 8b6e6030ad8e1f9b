"""`python -m wz` and the `wz` command."""

import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.getfilesystemencoding() != "utf-8":
        # A locale such as zh_CN.GBK: names of files are UTF-8 in git, and Chinese. Once more, in Python's UTF-8 mode.
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - ourselves
    from wz.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()

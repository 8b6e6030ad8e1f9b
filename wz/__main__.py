"""`python -m wz` and the `wz` command."""

import gc
import os
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    if sys.getfilesystemencoding() != "utf-8":
        # A locale such as zh_CN.GBK: names of files are UTF-8 in git, and Chinese. Once more, in Python's UTF-8 mode.
        os.environ["PYTHONUTF8"] = "1"
        os.execv(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]])  # noqa: S606 - ourselves
    # A run is short, and neither modules nor cases hold cycles: looking for them costs a tenth of the time.
    gc.set_threshold(100_000, 50, 50)
    from wz.cli.main import run

    code = run()
    gc.freeze()  # nor need Python look for them once more when it ends
    sys.exit(code)


if __name__ == "__main__":
    main()

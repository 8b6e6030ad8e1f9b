"""`python -m wz` and the `wz` command."""

import gc
import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    # A run is short, and neither modules nor cases hold cycles: looking for them costs a tenth of the time.
    gc.set_threshold(100_000, 50, 50)
    from wz.cli.main import run

    code = run()
    gc.freeze()  # nor need Python look for them once more when it ends
    sys.exit(code)


if __name__ == "__main__":
    main()

"""`python -m wz` and the `wz` command."""

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from wz.cli.main import run

    sys.exit(run())


if __name__ == "__main__":
    main()

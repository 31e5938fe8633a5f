"""`./portal COMMAND` arrives here. Each command is a function of its words."""

import os
import sys
from collections.abc import Callable

from impna.door.trouble import StopRequested, Trouble


def _command(name: str) -> Callable[[list[str]], int]:
    # Imported late: `run` needs no development tools, and each start should be quick.
    match name:
        case "run":
            from impna.door.run import run

            return run
        case "manage":
            from impna.door.manage import manage

            return manage
        case "test":
            from impna.door.testing import test

            return test
        case "bench":
            from impna.door.testing import bench

            return bench
        case "check":
            from impna.door.checks import check

            return check
        case "fix":
            from impna.door.checks import fix

            return fix
        case "lock":
            from impna.door.lock import lock

            return lock
    raise Trouble(f"There is no command {name!r}. ./portal --help lists them.")


def main(arguments: list[str]) -> int:
    """Run one command; trouble becomes a sentence and status 1."""
    # Our own start needed it (portal); Django's and pytest's must not inherit it.
    os.environ.pop("PYTHONSAFEPATH", None)
    try:
        if not arguments:
            raise Trouble("Say which command. ./portal --help lists them.")
        return _command(arguments[0])(arguments[1:])
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except (KeyboardInterrupt, StopRequested):
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

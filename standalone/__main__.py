"""The commands: `python -m standalone run` and `python -m standalone exec -- COMMAND`."""

import sys

from standalone.console import CannotStart, complain
from standalone.run import run
from standalone.throwaway import execute

USAGE = "usage: python -m standalone run | exec -- COMMAND [ARGUMENT ...]"


def main(arguments: list[str]) -> int:
    """Do what the arguments say, return the exit code; what stands in the way is one sentence, not a traceback."""
    try:
        match arguments:
            case ["run"]:
                return run()
            case ["exec", "--", *command] if command:
                return execute(command)
    except CannotStart as reason:
        complain(reason)
        return 1
    except KeyboardInterrupt:  # before the supervisor listens for it
        return 130
    complain(USAGE)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

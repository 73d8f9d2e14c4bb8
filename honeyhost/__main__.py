"""
The program ``honeyhost``, also as ``python -m honeyhost``.
"""

import os
import sys
from collections.abc import Sequence

from honeyhost import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """
    Run one command; the exit code is returned. ``--version`` alone is answered before anything is imported.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words in (["--version"], ["-V"]):
        sys.stdout.write(f"honeyhost {__version__}\n")
        return 0
    if words[:1] != ["serve"]:  # a command that only looks runs no code that a library finds in installed distributions
        os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from honeyhost.cli.app import run  # noqa: PLC0415 - parsing costs ten times what the version does

    return run(words)


if __name__ == "__main__":
    sys.exit(main())

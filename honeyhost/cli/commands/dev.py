"""
``dev``: the bundled platform, which takes up changed plugin folders at once.
"""

from honeyhost.cli.commands import serve
from honeyhost.cli.streams import Streams


def run(  # noqa: PLR0913 - the options of the command
    streams: Streams, *, host: str, port: int, workers: int, apply_first: bool, safe_mode: bool = False
) -> int:
    """
    Serve and watch until somebody ends it.
    """
    return serve.run(streams, host=host, port=port, workers=workers, apply_first=apply_first, safe_mode=safe_mode, watch=True)

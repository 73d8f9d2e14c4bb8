"""
The collector: Python's search for garbage, put off while thousands of values are made that nobody will throw away.

It looks through everything again each time a quarter more is there, which finds nothing while an inventory grows.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """
    No garbage is searched for meanwhile, in any thread; where it was off before, it stays off.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()

"""
Logs: what plugins and the host had to say, kept in the memory of one process, newest first.

A plugin writes through ``host.log`` (``honeyhost.services.logs.plugin``, which a start does without) or through Python's own
logging, which :func:`installed` listens to while the host serves. Either way a record knows its plugin, and holds no secret of
it.
"""

from honeyhost.services.logs.buffer import LogBuffer
from honeyhost.services.logs.handler import BufferHandler, installed
from honeyhost.services.logs.listener import Listener, News
from honeyhost.services.logs.records import HOST, LEVELS, LogRecord, UnknownLevelError, known_level

__all__ = [
    "HOST",
    "LEVELS",
    "BufferHandler",
    "Listener",
    "LogBuffer",
    "LogRecord",
    "News",
    "UnknownLevelError",
    "installed",
    "known_level",
]

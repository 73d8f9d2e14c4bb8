"""
PostgreSQL: a change is heard of by listening on a connection of its own, outside of any pool.

``LISTEN`` needs a connection that stays with one backend: a pooler in transaction mode swallows what it would say. The slow
look that the host takes anyway finds the change then.
"""

import logging
from collections.abc import Callable
from importlib import import_module
from threading import Event
from typing import Any

CHANNEL = "hh_changed"
logger = logging.getLogger("honeyhost")
_SCHEME = "postgresql+psycopg://"
_SLICE = 0.25
_SHORTEST, _LONGEST = 0.1, 2.0
_CONNECT_TIMEOUT = 2
_KEEPALIVE = {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
"""Seconds and times, so that a server that vanished without a word is missed within a quarter of a minute."""


class PostgresWatcher:
    """
    Listens on the channel ``hh_changed``, on which the tables of the store say that they were changed.
    """

    def __init__(self, url: str) -> None:
        self._url = "postgresql://" + url.removeprefix(_SCHEME) if url.startswith(_SCHEME) else url

    def run(self, changed: Callable[[], None], stop: Event) -> None:
        """
        Call ``changed`` after every change, after every connection and after each that was lost, until ``stop`` is set.
        """
        try:
            driver: Any = import_module("psycopg")
        except ModuleNotFoundError:
            return  # the first look at the records has said so, with the way to mend it
        pause = _SHORTEST
        while not stop.is_set():
            try:
                with driver.connect(self._url, autocommit=True, **self._options()) as connection:
                    pause = _SHORTEST
                    self._listen(connection, changed, stop)
            except (driver.Error, OSError) as error:
                logger.debug("listening for changes ended: %s", error)
            if not stop.is_set():
                changed()
                stop.wait(pause)
                pause = min(pause * 2, _LONGEST)

    def _listen(self, connection: Any, changed: Callable[[], None], stop: Event) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        (schema,) = connection.execute("SELECT current_schema()").fetchone()
        changed()  # what was said before this connection listened nobody says again
        while not stop.is_set():
            for notice in connection.notifies(timeout=_SLICE, stop_after=1):
                if notice.payload in ("", schema):
                    changed()

    def _options(self) -> dict[str, Any]:
        given = self._url.partition("?")[2]
        options = {"connect_timeout": _CONNECT_TIMEOUT, "application_name": "honeyhost watcher", **_KEEPALIVE}
        return {name: value for name, value in options.items() if f"{name}=" not in given}

"""
The services of one process: made once, closed whatever happens.
"""

import asyncio
import threading

from honeyhost.services import Services
from honeyhost.services.once import once


class Closing:
    def __init__(self, error=None):
        self.error = error
        self.closed = 0

    async def close(self):
        self.closed += 1
        if self.error is not None:
            raise self.error


def test_one_that_cannot_be_closed_leaves_none_open(caplog):
    services = Services()
    made = {"databases": Closing(OSError("stuck")), "cache": Closing(), "http": Closing(), "mailer": Closing()}
    services.__dict__.update(made)
    asyncio.run(services.close())
    asyncio.run(services.close())
    assert [service.closed for service in made.values()] == [2, 2, 2, 2]
    assert "the service 'databases' could not be closed" in caplog.text
    assert services.cache is made["cache"]


def test_what_nobody_asked_for_is_not_made():
    services = Services()
    asyncio.run(services.close())
    services.keep(["clinic"])
    assert not {"databases", "cache", "http", "mailer", "usage", "logs"} & services.__dict__.keys()


def test_many_threads_that_ask_at_once_get_the_same():
    begun = threading.Barrier(8)

    class Holder:
        made = 0

        @once
        def thing(self):
            Holder.made += 1
            return object()

    holder, found = Holder(), []

    def ask():
        begun.wait(10)
        found.append(holder.thing)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert (len(set(found)), Holder.made) == (1, 1)
    assert isinstance(Holder.thing, once)

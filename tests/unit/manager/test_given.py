"""
The host as a plugin's code sees it.
"""

import asyncio

import pytest

from honeyhost.errors import CapabilityNotFoundError, PermissionNotGrantedError, UsageError
from honeyhost.manager.given import Facts, GivenHost
from honeyhost.manager.tasks import Tasks, on_loop
from honeyhost.sdk import current_host, current_plugin
from honeyhost.sdk.requires import passage
from honeyhost.services import Services, ServiceSettings
from honeyhost.services.published import Capabilities


class Given:
    def __init__(self):
        self.config = {"mail": {"sender": "a@b.org"}}
        self.grants = {}
        self.calls = []
        self.refusals = []
        self.owners = {"billing.total": "billing", "clinic.beds": "clinic"}
        self.tasks = Tasks("clinic", lambda: self.host)
        self.services = Services(
            ServiceSettings(platform_config={"org": "Acme"}), refused=self.refusals.append, plugins=lambda: ["clinic"]
        )
        self.loop = None
        self.host = GivenHost(
            "clinic",
            "1.2.0",
            facts=Facts(
                config=lambda slug: self.config if slug == "clinic" else {},
                defaults=lambda _: {"beds": 12},
                secrets=lambda _: frozenset(),
                grants=lambda slug: self.grants if slug == "clinic" else {},
                call=lambda: self.call,
                capabilities=lambda: Capabilities(self.owners.get, self.run),
                translate=lambda: lambda *asked: repr(asked),
            ),
            services=self.services,
            tasks=self.tasks,
            loop=lambda: self.loop,
        )

    async def call(self, *args):
        self.calls.append(args)
        return "answer"

    async def run(self, caller, slug, given):
        if slug not in self.owners:
            raise CapabilityNotFoundError(f"there is no {slug}", caller=caller)
        self.calls.append((caller, slug, given))
        return "ran"


@pytest.fixture
def given():
    return Given()


def test_it_says_which_plugin_it_is_given_to(given):
    assert (given.host.slug, given.host.version) == ("clinic", "1.2.0")


def test_configuration_is_the_plugins_own_and_the_one_of_now(given):
    assert (given.host.config.get("mail.sender"), given.host.config.get("beds")) == ("a@b.org", 12)
    given.config = {"mail": {"sender": "new@b.org"}}
    assert given.host.config.get("mail.sender") == "new@b.org"


def test_what_the_platform_shares_needs_a_grant(given):
    with pytest.raises(PermissionNotGrantedError):
        given.host.config.platform("org")
    given.grants = {"config:org": {}}
    assert given.host.config.platform("org") == "Acme"


def test_a_plugin_calls_in_its_own_name_what_was_granted(given):
    with pytest.raises(PermissionNotGrantedError, match=r"'plugin_call:billing\.total' is not granted"):
        asyncio.run(given.host.plugins.call("billing", "total", {"of": 1}))
    assert given.calls == []
    given.grants = {"plugin_call:billing": {}}
    assert asyncio.run(given.host.plugins.call("billing", "total", {"of": 1})) == "answer"
    assert asyncio.run(given.host.plugins.call("billing", "now")) == "answer"
    assert given.calls == [("clinic", "billing", "total", {"of": 1}), ("clinic", "billing", "now", None)]
    given.grants = {}
    with pytest.raises(PermissionNotGrantedError):
        asyncio.run(given.host.plugins.call("billing", "now"))
    figures = given.services.usage.figures()["clinic"]["plugin_call"]
    assert (figures.done, figures.refused) == (2, 2)


def test_its_own_functions_need_no_grant(given):
    assert asyncio.run(given.host.plugins.call("clinic", "beds")) == "answer"


def test_capabilities_of_others_need_a_grant_for_their_plugin(given):
    with pytest.raises(PermissionNotGrantedError, match=r"plugin_call:billing\.total"):
        asyncio.run(given.host.capabilities.run("billing.total"))
    given.grants = {"plugin_call:billing": {}}
    assert asyncio.run(given.host.capabilities.run("billing.total", {"of": 1})) == "ran"
    assert asyncio.run(given.host.capabilities.run("clinic.beds")) == "ran"
    assert given.calls == [("clinic", "billing.total", {"of": 1}), ("clinic", "clinic.beds", None)]


def test_a_capability_that_nobody_publishes_is_told_as_such(given):
    with pytest.raises(CapabilityNotFoundError, match=r"there is no clinic\.beads"):
        asyncio.run(given.host.capabilities.run("clinic.beads"))


def test_refusals_are_told(given):
    with pytest.raises(PermissionNotGrantedError):
        given.host.config.platform("org")
    assert [(refusal.plugin, refusal.grant) for refusal in given.refusals] == [("clinic", "config:org")]


def test_texts_are_asked_for_in_the_plugins_name(given):
    assert given.host.translate("greeting", {"name": "Ada"}, language="ar") == "('clinic', 'greeting', {'name': 'Ada'}, 'ar')"


def test_tasks_are_those_of_the_generation_and_know_their_host(given):
    async def look():
        return current_plugin(), current_host() is given.host

    async def main():
        task = given.host.create_task(look(), name="poll")
        assert task in given.tasks._running
        return task.get_name(), await task

    assert asyncio.run(main()) == ("poll", ("clinic", True))


def test_groups_are_made_once_and_only_when_they_are_asked_for(given):
    assert "config" not in vars(given.host)
    assert given.host.config is given.host.config


def test_threads_ask_through_the_blocking_host(given):
    given.grants = {"plugin_call:billing": {}}

    async def main():
        given.loop = asyncio.get_running_loop()
        return await asyncio.to_thread(given.host.blocking.plugins.call, "billing", "now")

    assert asyncio.run(main()) == "answer"


def test_outside_of_a_plugin_there_is_no_host():
    with pytest.raises(UsageError, match="no plugin is running here"):
        current_host()


def test_inside_of_one_it_is_the_one_of_the_generation_that_runs(given):
    def look():
        passage.set(("clinic", None, frozenset(), None, lambda: given.host))
        return current_host()

    async def main():
        return await asyncio.to_thread(look)

    assert asyncio.run(main()) is given.host


def test_whether_something_runs_on_an_event_loop():
    async def main():
        return on_loop(), await asyncio.to_thread(on_loop)

    assert (on_loop(), asyncio.run(main())) == (False, (True, False))

"""
The host as a plugin's code sees it.
"""

import asyncio

import pytest

from honeyhost.manager.given import GivenHost
from honeyhost.manager.tasks import Tasks
from honeyhost.sdk import current_plugin


class Given:
    def __init__(self):
        self.config = {"mail": {"sender": "a@b.org", "none": None}, "list": [1], "a.b": "dotted"}
        self.calls = []
        self.tasks = Tasks("clinic")
        self.host = GivenHost("clinic", "1.2.0", config=lambda: self.config, call=lambda: self.call, tasks=self.tasks)

    async def call(self, *args):
        self.calls.append(args)
        return "answer"


@pytest.fixture
def given():
    return Given()


def test_it_says_which_plugin_it_is_given_to(given):
    assert (given.host.slug, given.host.version) == ("clinic", "1.2.0")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mail.sender", "a@b.org"),
        ("mail", {"sender": "a@b.org", "none": None}),
        ("mail.none", None),
        ("mail.absent", "default"),
        ("mail.sender.deeper", "default"),
        ("list.0", "default"),
        ("absent", "default"),
        (".", "default"),
        ("__class__", "default"),
    ],
)
def test_configuration_is_read_by_dotted_keys(given, key, value):
    assert given.host.config(key, "default") == value


def test_without_a_key_it_is_the_whole_configuration(given):
    assert given.host.config() == given.config


def test_configuration_is_the_one_of_now(given):
    given.config = {"mail": {"sender": "new@b.org"}}
    assert given.host.config("mail.sender") == "new@b.org"


def test_a_plugin_calls_in_its_own_name(given):
    assert asyncio.run(given.host.call("billing", "total", {"of": 1})) == "answer"
    assert asyncio.run(given.host.call("billing", "now")) == "answer"
    assert given.calls == [("clinic", "billing", "total", {"of": 1}), ("clinic", "billing", "now", None)]


def test_tasks_are_those_of_the_generation(given):
    async def look():
        return current_plugin()

    async def main():
        task = given.host.create_task(look(), name="poll")
        assert task in given.tasks._running
        return task.get_name(), await task

    assert asyncio.run(main()) == ("poll", "clinic")

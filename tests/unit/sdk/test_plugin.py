"""
The plugin object, and the marks of its methods.
"""

import asyncio

import pytest

from honeyhost.sdk import HostAPI, Plugin, capability, function, job
from honeyhost.sdk.plugin import Mark, marks_of


def test_everything_of_a_plugin_may_be_left_out() -> None:
    class Empty(Plugin):
        pass

    async def live(plugin: Plugin, host: HostAPI) -> object:
        await plugin.init(host)
        health = await plugin.health()
        await plugin.shutdown()
        return health

    assert asyncio.run(live(Empty(), object())) is None  # type: ignore[arg-type] # nothing of it is used


def test_a_plugin_has_no_host_before_it_is_given_one() -> None:
    with pytest.raises(AttributeError):
        _ = Plugin().host
    assert Plugin.__annotations__["host"] is HostAPI


def test_marks_say_what_a_method_is_for() -> None:
    class Clinic(Plugin):
        @function()
        def summary(self) -> None: ...

        @function("other-name")
        @job("clinic.nightly")
        @capability("clinic.book")
        def several(self) -> None: ...

        def unmarked(self) -> None: ...

    assert marks_of(Clinic.summary) == (Mark("function", None),)
    assert marks_of(Clinic.several) == (
        Mark("capability", "clinic.book"),
        Mark("job", "clinic.nightly"),
        Mark("function", "other-name"),
    )
    assert marks_of(Clinic.unmarked) == ()
    assert marks_of(Clinic().summary) == marks_of(Clinic.summary)


def test_a_mark_leaves_the_method_as_it_is() -> None:
    async def summary() -> int:
        return 3

    marked = function()(summary)
    assert marked is summary
    assert asyncio.run(marked()) == 3


def test_marks_of_one_method_are_not_those_of_another() -> None:
    def one() -> None: ...

    def other() -> None: ...

    function("a")(one)
    assert marks_of(other) == ()


@pytest.mark.parametrize("mark", [function, capability, job])
def test_a_mark_without_its_brackets_says_how_it_is_written(mark: object) -> None:
    def summary() -> None: ...

    with pytest.raises(TypeError, match=r"^@[a-z]+ is written with brackets: @[a-z]+\("):
        mark(summary)  # type: ignore[operator] # the mistake


def test_a_mark_on_what_cannot_be_called_says_so() -> None:
    with pytest.raises(TypeError, match=r"^@function marks a method, and this is a int; write @function\(\.\.\.\)$"):
        function("x")(3)  # type: ignore[type-var] # the mistake


def test_marks_stand_on_static_and_class_methods_either_way_round() -> None:
    class Clinic(Plugin):
        @function("a")
        @staticmethod
        def outside() -> str:
            return "a"

        @staticmethod
        @function("b")
        def inside() -> str:
            return "b"

        @classmethod
        @function("c")
        def of_class(cls) -> str:
            return "c"

        @function("d")
        @classmethod
        def around_class(cls) -> str:
            return "d"

    for name, mark in (("outside", "a"), ("inside", "b"), ("of_class", "c"), ("around_class", "d")):
        assert marks_of(getattr(Clinic, name)) == (Mark("function", mark),)

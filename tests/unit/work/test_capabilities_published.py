"""
Which function answers a capability: what manifests declare and what methods are marked for.
"""

import pytest

from honeyhost.errors import LoadError
from honeyhost.manager.publishing import answering
from honeyhost.manager.spec import PluginSpec
from honeyhost.runtimes.functions import methods_of
from honeyhost.sdk import Plugin, capability, function


class Marked(Plugin):
    @function("one")
    @function("two")
    @capability("clinic.beds")
    def beds(self):
        """Known by two names."""

    @capability("total")
    def count(self):
        """Known by its own."""


class Twice(Marked):
    @capability("total")
    def other(self):
        """For a capability that has a function already."""


def answered(plugin=None, **declared):
    methods, marked, _ = methods_of(plugin) if plugin is not None else ({}, {}, {})
    spec = PluginSpec(
        slug="clinic",
        version="1.0",
        digest="1",
        title="T",
        package="p",
        capabilities={name.replace("__", "."): value for name, value in declared.items()},
    )
    return answering(spec, plugin, marked, {**methods, "elsewhere": print})


def test_declared_and_marked_ones_are_told_by_slug():
    assert answered(clinic__admit="elsewhere") == {"clinic.admit": "elsewhere"}
    found = answered(Marked(), clinic__admit="elsewhere")
    assert list(found) == ["clinic.admit", "clinic.beds", "total"]
    assert found["total"] == "count"


@pytest.mark.parametrize("name", ["one", "two"])
def test_a_declaration_may_name_the_marked_function_by_any_of_its_names(name):
    assert answered(Marked(), clinic__beds=name)["clinic.beds"] == name


def test_a_declaration_and_a_mark_that_do_not_agree_are_refused():
    with pytest.raises(LoadError) as caught:
        answered(Marked(), total="elsewhere")
    assert caught.value.message == (
        "plugin 'clinic' declares the capability 'total' with the handler 'elsewhere', and its object marks 'count' for it"
    )
    assert caught.value.hint == "write handler: count, or take the mark away"


def test_two_methods_for_one_are_refused():
    with pytest.raises(LoadError, match="plugin 'clinic' marks 2 methods for the capability 'total'"):
        answered(Twice())


@pytest.mark.parametrize("slug", ["Total", "total!", "", "a..b", "x" * 201, "total\n"])
def test_a_mark_for_what_can_be_no_capability_is_refused(slug):
    class Odd(Plugin):
        @capability(slug)
        def count(self):
            """Marked."""

    with pytest.raises(LoadError, match="which is not the name of a capability") as caught:
        answered(Odd())
    assert "\n" not in caught.value.message

"""
Functions of a plugin: by the names of its object and of its manifest, and by reference.
"""

import sys

import pytest

from honeyhost.errors import LoadError
from honeyhost.runtimes.functions import Functions, check_handlers, methods_of, plugin_object
from honeyhost.sdk import Plugin, capability, function, job

NOTES = """
    import json
    import os
    from functools import lru_cache
    from json import dumps
    from plugins.other import theirs
    from plugins.clinic.deep import mine

    VALUE = 3


    def here():
        return __name__


    @lru_cache
    def cached():
        return 1


    class Holder:
        @staticmethod
        def inside():
            return "inside"
"""


@pytest.fixture
def clinic(packages):
    packages.write("notes.py", NOTES)
    packages.write("deep/__init__.py", "def mine():\n    return 'mine'\n")
    packages.write("broken.py", "raise ValueError('broken')")
    packages.write("leaves.py", "raise SystemExit(3)")
    packages.write("interrupted.py", "raise KeyboardInterrupt")
    packages.write("lacks.py", "import surely_not_installed")
    packages.write("misspelt.py", "from plugins.clinic.deep import yours")
    packages.write("__init__.py", "def theirs():\n    return 'theirs'\n", package="plugins/other")
    packages.write("__init__.py", "def theirs():\n    return 'theirs'\n", package="plugins/clinical")
    return packages


@pytest.fixture(params=["without a space", "first", "later"])
def functions(request, clinic):
    space = None
    if request.param != "without a space":
        space = clinic.open()
    if request.param == "later":
        space = clinic.open(anew=True)
    return Functions({"summary": print}, "plugins.clinic", space)


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        (".deep:mine", "mine"),
        ("plugins.clinic.deep:mine", "mine"),
        (".notes:mine", "mine"),
        (".notes:cached", 1),
        (".notes:Holder.inside", "inside"),
    ],
)
def test_a_function_of_the_package_is_had_by_reference(functions, reference, answer):
    assert functions[reference]() == answer
    assert functions[reference] is functions[reference]


@pytest.mark.parametrize(
    "reference",
    [
        "absent",
        "",
        ".notes:absent",
        ".notes:VALUE",
        ".notes:dumps",
        ".notes:json",
        ".notes:os.system",
        ".notes:theirs",
        ".notes:here.__globals__",
        ".notes:Holder.absent",
        ".absent:here",
        ".deep.absent:here",
        "os:system",
        "builtins:eval",
        "plugins.other:theirs",
        "plugins.clinical:theirs",
        "..other:theirs",
    ],
)
def test_whatever_else_is_no_function(functions, reference):
    with pytest.raises(KeyError):
        functions[reference]


def test_a_reference_to_somebody_elses_module_imports_nothing(functions):
    for reference in ("plugins.other:theirs", "plugins.clinical:theirs"):
        with pytest.raises(KeyError):
            functions[reference]
    assert not {"plugins.other", "plugins.clinical"} & sys.modules.keys()


def test_a_reference_is_of_its_own_generation(clinic):
    spaces = [clinic.open(), clinic.open(anew=True)]
    found = [Functions({}, "plugins.clinic", space)[".notes:here"]() for space in spaces]
    assert found == [f"{space.name}.notes" for space in spaces]
    assert found == [Functions({}, "plugins.clinic", space)["plugins.clinic.notes:here"]() for space in spaces]


def test_asking_whether_a_reference_is_known_imports_nothing(functions):
    assert functions.get(".deep:mine") is None
    assert ".deep:mine" not in functions
    assert [name for name in sys.modules if name.endswith("clinic.deep") or name.startswith("_hh_clinic")] == []
    found = functions[".deep:mine"]
    assert functions.get(".deep:mine") is found
    assert list(functions) == ["summary", ".deep:mine"]


@pytest.mark.parametrize(
    ("module", "cause"),
    [("broken", ValueError), ("leaves", SystemExit), ("lacks", ModuleNotFoundError), ("misspelt", ImportError)],
)
def test_what_a_module_raises_is_the_cause_and_no_function_that_is_missing(functions, module, cause):
    with pytest.raises(LoadError) as caught:
        functions[f".{module}:here"]
    assert isinstance(caught.value.__cause__, cause)
    assert caught.value.message.startswith(f".{module}:here could not be imported: {cause.__name__}: ")


def test_a_keyboard_interrupt_is_nobodys_failure(functions):
    with pytest.raises(KeyboardInterrupt):
        functions[".interrupted:here"]


class Base(Plugin):
    @function()
    def inherited(self):
        return "base"

    @function()
    def replaced(self):
        return "base"


class Clinic(Base):
    @function()
    async def summary(self):
        return "summary"

    @function("other-name")
    @function("another")
    def named(self):
        return "named"

    @capability("clinic.book")
    def book(self):
        return "book"

    @function("nightly")
    @job("clinic.nightly")
    @job("clinic.weekly")
    def run(self):
        return "run"

    def replaced(self):
        return "unmarked"

    def unmarked(self):
        return "unmarked"

    value = 3


def test_marked_methods_are_functions_by_their_names():
    functions, capabilities, jobs = methods_of(Clinic())
    assert sorted(functions) == ["another", "book", "inherited", "nightly", "other-name", "summary"]
    assert [functions[name]() for name in ("another", "other-name", "book", "inherited", "nightly")] == [
        "named",
        "named",
        "book",
        "base",
        "run",
    ]
    assert capabilities == {"clinic.book": "book"}
    assert jobs == {"clinic.nightly": "nightly", "clinic.weekly": "nightly"}


def test_properties_of_an_object_are_not_read():
    class Eager(Plugin):
        @property
        def expensive(self):
            raise AssertionError

        @function()
        @staticmethod
        def plain():
            return "plain"

        @function()
        @classmethod
        def of_class(cls):
            return cls.__name__

    functions, _, _ = methods_of(Eager())
    assert (functions["plain"](), functions["of_class"]()) == ("plain", "Eager")


def test_a_class_is_made_and_an_instance_taken():
    made = Clinic()
    assert plugin_object("clinic", ".code:it", made) is made
    assert isinstance(plugin_object("clinic", ".code:Clinic", Clinic), Clinic)


class Broken(Plugin):
    def __init__(self):
        raise SystemExit(3)


@pytest.mark.parametrize("found", [3, dict, print, None, type("Other", (), {})])
def test_whatever_else_is_no_plugin_object(found):
    with pytest.raises(LoadError, match=r"^plugin 'clinic' names \.code:it as its object, and it is a "):
        plugin_object("clinic", ".code:it", found)


def test_an_object_that_cannot_be_made_says_why():
    with pytest.raises(LoadError, match=r"^plugin 'clinic': \.code:Broken could not be made: SystemExit: 3$"):
        plugin_object("clinic", ".code:Broken", Broken)


def test_handlers_of_the_manifest_have_to_be_there():
    functions = {"summary": print, "value": 3}
    check_handlers("clinic", ["summary"], functions)
    with pytest.raises(LoadError) as caught:
        check_handlers("clinic", ["summary", "sumary"], functions)
    assert caught.value.message == "plugin 'clinic' names the handler 'sumary', and its object has no function of that name"
    assert caught.value.hint == "did you mean 'summary'?"
    with pytest.raises(LoadError) as caught:
        check_handlers("clinic", ["absent"], functions)
    assert caught.value.hint == "mark a method of its object with @function('absent')"
    with pytest.raises(LoadError, match="names the handler 'value', and it is a int"):
        check_handlers("clinic", ["value"], functions)

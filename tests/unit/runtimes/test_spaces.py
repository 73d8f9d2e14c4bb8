"""
Spaces: two versions of one plugin's code in one process, and no line of the one in the other.
"""

import importlib
import importlib.resources
import logging
import os
import pickle
import py_compile
import sys
from importlib.machinery import EXTENSION_SUFFIXES

import pytest

from honeyhost.errors import LoadError, RestartNeededError


def version(packages, number, *, package="plugins/clinic"):
    packages.write("helper.py", f"VERSION = {number}\n", package=package)
    packages.write("late.py", f"VERSION = {number}\n", package=package)


@pytest.fixture
def two(packages):
    """
    Makes a module of the first and of the second generation, with files of version 3 on disk by then.
    """

    def made(text, *, package="plugins/clinic", name=""):
        dotted = package.replace("/", ".")
        packages.write(f"{name.replace('.', '/') or '__init__'}.py", text, package=package)
        version(packages, 1, package=package)
        first = packages.open(package=dotted)
        modules = [packages.module(first, f".{name}" if name else "")]
        version(packages, 22, package=package)
        second = packages.open(package=dotted, anew=True)
        modules.append(packages.module(second, f".{name}" if name else ""))
        version(packages, 333, package=package)
        return modules

    return made


def test_the_first_generation_has_the_real_names_and_each_later_one_its_own(packages):
    version(packages, 1)
    spaces = [packages.open(), packages.open(anew=True), packages.open(anew=True)]
    assert [space.aliased for space in spaces] == [False, True, True]
    assert spaces[0].name == "plugins.clinic"
    assert len({space.name for space in spaces}) == 3
    assert all(space.name.startswith("_hh_clinic_g") for space in spaces[1:])
    assert spaces[1].module_name("plugins.clinic.a.b") == f"{spaces[1].name}.a.b"
    assert spaces[1].module_name("plugins.clinical") == "plugins.clinical"
    assert spaces[1].module_name("json") == "json"


@pytest.mark.parametrize(
    "statement",
    [
        "from plugins.clinic import late",
        "from plugins.clinic.late import VERSION; late = type('L', (), {'VERSION': VERSION})",
        "from . import late",
        "from .late import VERSION; late = type('L', (), {'VERSION': VERSION})",
        "import plugins.clinic.late; late = plugins.clinic.late",
        "import plugins.clinic.late as late",
        "from plugins import clinic; from plugins.clinic import late as l; late = clinic.late",
        "import plugins.clinic.late, plugins.other.thing; late = plugins.clinic.late; assert plugins.other.thing.NAME",
        "import plugins.clinic.late; import plugins; late = plugins.clinic.late",
        "from plugins import other, clinic; from .late import VERSION; late = clinic.late; assert other.__name__",
        "import importlib; late = importlib.import_module('.late', __package__)",
        "late = __import__('plugins.clinic.late', fromlist=['VERSION'])",
        "late = __import__('plugins.clinic.late').clinic.late",
        "exec('from plugins.clinic import late as found'); late = locals()['found']",
    ],
)
@pytest.mark.parametrize("name", ["", "handlers", "deep.handlers"])
def test_what_a_generation_imports_late_of_itself_is_its_own(packages, two, statement, name):
    packages.write("thing.py", "NAME = 'other'", package="plugins/other")
    if name == "deep.handlers":
        statement = statement.replace("from .", "from ..").replace("'.late'", "'..late'")
    old, new = two(f"def handle():\n    {statement}\n    return late.VERSION\n", name=name)
    assert (old.handle(), new.handle()) == (1, 22)
    assert (old.handle(), new.handle()) == (1, 22)


def test_compiled_files_of_another_version_with_the_same_size_and_second_are_not_taken(packages, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", False)

    def write(number):
        for name in ("helper.py", "late.py"):
            path = packages.write(name, f"VERSION = {number}\n")
            os.utime(path, ns=(10**18 + number, 10**18 + number))

    write(1)
    first = packages.open()
    assert packages.module(first, ".helper").VERSION == 1
    first.loading = False
    write(2)
    py_compile.compile(str(packages.root / "plugins/clinic/late.py"))
    second = packages.open(anew=True)
    assert packages.module(second, ".helper").VERSION == 2
    assert packages.module(first, ".late").VERSION == 1


def test_another_name_is_imported_beside_its_own_for_the_first_time(packages, two):
    packages.write("__init__.py", "NAME = 'fresh'", package="plugins/fresh")
    _, new = two("def handle():\n    from plugins import clinic, fresh\n    return clinic.__name__, fresh.NAME\n")
    assert new.handle() == (new.__name__, "fresh")


def test_a_top_package_of_its_own_is_led_to_its_own_generation(two):
    text = "def handle():\n    import alone.late\n    from alone import helper\n    return alone.late.VERSION, helper.VERSION\n"
    old, new = two(text, package="alone")
    assert (old.handle(), new.handle()) == ((1, 1), (22, 22))


def test_packages_above_the_plugins_are_seen_with_its_own_generation_in_them(packages, two):
    packages.write("__init__.py", "NAME = 'acme'", package="acme")
    packages.write("__init__.py", "NAME = 'other'", package="acme/other")
    text = """
        def handle():
            import acme.parts.clinic.late
            from acme import parts
            import acme.other
            return acme.parts.clinic.late.VERSION, parts.clinic.late.VERSION, acme.NAME, acme.other.NAME
    """
    old, new = two(text, package="acme/parts/clinic")
    assert (old.handle(), new.handle()) == ((1, 1, "acme", "other"), (22, 22, "acme", "other"))


def test_a_module_that_imports_itself_in_a_circle_is_imported_once(packages, two):
    packages.write("models.py", "from plugins.clinic import NAME\nimport plugins.clinic.helper\nSEEN = NAME")
    old, new = two("NAME = __name__\nfrom plugins.clinic import models\nfrom . import helper\n")
    assert (old.__name__, new.__name__) == (old.models.SEEN, new.models.SEEN)
    assert new.helper.VERSION == 22


def test_a_module_that_is_not_there_says_so(two):
    old, new = two("def handle():\n    from plugins.clinic import absent\n\ndef other():\n    import plugins.clinic.absent\n")
    for module in (old, new):
        with pytest.raises(ImportError, match="absent"):
            module.handle()
        with pytest.raises(ModuleNotFoundError, match="absent"):
            module.other()


def test_a_file_that_came_later_is_none_of_the_old_generation(packages, two):
    old, new = two("def handle():\n    from . import added\n    return added.NAME\n")
    packages.write("added.py", "NAME = 'added'")
    for module in (old, new):
        with pytest.raises(ImportError, match="added"):
            module.handle()
    assert packages.module(packages.open(anew=True)).handle() == "added"


def test_a_folder_of_other_files_can_be_read_as_a_package(packages, two):
    packages.write("templates/page.html", "page")
    text = """
        from importlib.resources import files

        def handle():
            return (files(__package__ + ".templates") / "page.html").read_text(), (files(__package__) / "x.txt").read_text()
    """
    packages.write("x.txt", "x")
    old, new = two(text)
    assert old.handle() == new.handle() == ("page", "x")


MODELS = """
    from __future__ import annotations

    import dataclasses
    import enum
    import typing

    import pydantic


    class Kind(enum.Enum):
        A = "a"


    @dataclasses.dataclass(frozen=True, slots=True)
    class Point:
        x: int
        kind: Kind = Kind.A
        points: list[Point] = dataclasses.field(default_factory=list)


    class Named(typing.NamedTuple):
        point: Point


    class Model(pydantic.BaseModel):
        kind: Kind
        below: list[Model] = []


    def hints():
        return typing.get_type_hints(Point)
"""


def test_dataclasses_hints_models_and_pickles_work_in_every_generation(two):
    old, new = two(MODELS, name="models")
    for module in (old, new):
        assert module.hints() == {"x": int, "kind": module.Kind, "points": list[module.Point]}
        point = module.Point(1, points=[module.Point(2)])
        assert pickle.loads(pickle.dumps((point, module.Kind.A, module.Named(point)))) == (point, module.Kind.A, (point,))  # noqa: S301
        assert module.Model.model_validate({"kind": "a", "below": [{"kind": "a"}]}).below[0].kind is module.Kind.A
    assert old.Point is not new.Point


def test_a_module_says_where_it_comes_from(packages, two):
    _, new = two("NAME = __name__, __package__, __file__, __path__[:], __spec__.name\n")
    folder = str(packages.root / "plugins/clinic")
    assert (new.__name__, new.__name__, f"{folder}/__init__.py", [folder], new.__name__) == new.NAME


def test_the_builtins_are_pythons_own_but_for_the_import(two):
    _, new = two("def handle():\n    return print, __build_class__, __import__\n")
    shown, built, imported = new.handle()
    assert shown is print
    assert built is __build_class__
    assert imported is not __import__


def test_loggers_of_a_later_generation_hear_what_is_configured_for_the_plugin(packages, two, caplog):
    _, new = two("import logging\nlogger = logging.getLogger(__name__)\ninner = logging.getLogger(__name__ + '.inner')\n")
    with caplog.at_level(logging.DEBUG, logger="plugins.clinic"):
        new.logger.debug("said")
        new.inner.debug("said inside")
    assert [record.getMessage() for record in caplog.records] == ["said", "said inside"]


def test_a_space_that_is_closed_takes_its_modules_and_loggers_along(packages):
    packages.write(
        "__init__.py", "import logging\nlogging.getLogger(__name__)\nlogging.getLogger(__name__ + '.a')\nfrom . import helper"
    )
    version(packages, 1)
    first, second = packages.open(), packages.open(anew=True)
    for space in (first, second):
        packages.module(space)
    packages.close(second)
    assert [name for name in sys.modules if name.startswith(second.name)] == []
    assert [name for name in logging.Logger.manager.loggerDict if name.startswith(second.name)] == []
    assert "plugins.clinic.helper" in sys.modules
    packages.close(first)
    assert [name for name in sys.modules if name.startswith("plugins.clinic")] == []
    assert not hasattr(sys.modules["plugins"], "clinic")


def test_what_was_imported_before_a_space_was_opened_stays_after_it(packages):
    version(packages, 1)
    before = importlib.import_module("plugins.clinic.helper")
    space = packages.open()
    packages.module(space, ".late")
    packages.close(space)
    assert sys.modules["plugins.clinic.helper"] is before
    assert "plugins.clinic.late" not in sys.modules


def test_code_that_was_imported_without_a_space_is_not_taken_where_it_has_to_be_anew(packages):
    version(packages, 1)
    importlib.import_module("plugins.clinic.helper")
    version(packages, 22)
    space = packages.open(anew=True)
    assert space.aliased
    assert packages.module(space, ".helper").VERSION == 22


def test_the_same_code_is_shared_until_the_last_who_needs_it_has_gone(packages):
    version(packages, 1)
    space = packages.open()
    assert packages.open() is space
    module = packages.module(space, ".helper")
    packages.close(space)
    assert packages.module(space, ".helper") is module
    packages.close(space)
    assert "plugins.clinic.helper" not in sys.modules


def test_code_that_is_kept_is_taken_again_while_it_is_what_stands_on_disk(packages):
    version(packages, 1)
    space = packages.open()
    module = packages.module(space, ".helper")
    packages.close(space, keep=True)
    again = packages.open()
    assert packages.module(again, ".helper") is module
    packages.close(again, keep=True)
    version(packages, 22)
    fresh = packages.open()
    assert not fresh.aliased
    assert packages.module(fresh, ".helper").VERSION == 22


def test_code_that_has_changed_on_disk_is_not_shared(packages):
    version(packages, 1)
    old = packages.open()
    version(packages, 22)
    new = packages.open()
    assert new is not old
    assert (packages.module(old, ".helper").VERSION, packages.module(new, ".helper").VERSION) == (1, 22)


def test_the_real_names_are_free_again_after_the_first_generation(packages):
    version(packages, 1)
    packages.close(packages.open())
    space = packages.open(anew=True)
    assert not space.aliased


def test_by_its_real_name_a_module_is_the_newest_generations_where_the_first_has_gone(packages):
    version(packages, 1)
    first, second = packages.open(), packages.open(anew=True)
    assert importlib.import_module("plugins.clinic.helper") is not packages.module(second, ".helper")
    packages.close(first)
    found = importlib.import_module("plugins.clinic.helper")
    assert found is packages.module(second, ".helper")
    assert found.__name__ == found.__spec__.name == f"{second.name}.helper"
    third = packages.open(anew=True)
    assert importlib.import_module("plugins.clinic.helper") is packages.module(third, ".helper")
    packages.close(second)
    packages.close(third)
    assert "plugins.clinic.helper" not in sys.modules


def test_plugins_whose_slugs_are_nearly_the_same_share_no_names(packages):
    names = set()
    for slug in ("demo", "_demo"):
        version(packages, 1, package=f"plugins/{slug}")
        names |= {packages.open(anew=True, package=f"plugins.{slug}", plugin=slug).name for _ in range(3)}
    assert len(names) == 6


def test_a_file_that_is_a_plugin_by_itself_has_generations_too(packages):
    packages.write("alone.py", "VERSION = 1\ndef handle():\n    import alone\n    return alone.VERSION\n", package=".")
    first = packages.open(package="alone")
    old = packages.module(first)
    packages.write("alone.py", "VERSION = 22\ndef handle():\n    import alone\n    return alone.VERSION\n", package=".")
    new = packages.module(packages.open(package="alone", anew=True))
    assert (old.handle(), new.handle()) == (1, 22)


def compiled(packages):
    return packages.write(f"fast{EXTENSION_SUFFIXES[0]}", "not really")


def test_compiled_modules_are_loaded_once_and_a_second_time_is_refused(packages):
    version(packages, 1)
    path = compiled(packages)
    packages.open()
    with pytest.raises(RestartNeededError) as caught:
        packages.open(anew=True)
    assert caught.value.message == f"plugin 'clinic' has compiled modules, which Python loads once in a process: {path}"
    assert caught.value.hint == "restart the host, or let the plugin run in a process of its own (runtime: process)"
    assert caught.value.params["plugin"] == "clinic"


def test_a_plugin_that_becomes_compiled_is_refused_a_second_time(packages):
    version(packages, 1)
    packages.open()
    compiled(packages)
    with pytest.raises(RestartNeededError):
        packages.open(anew=True)


def test_code_that_comes_from_no_files_is_loaded_once(packages, monkeypatch):
    monkeypatch.setitem(sys.modules, "acme", type(sys)("acme"))
    packages.open(package="acme.clinic")
    with pytest.raises(RestartNeededError, match="its code does not come from files"):
        packages.open(package="acme.clinic", anew=True)


def test_a_refusal_leaves_nothing_behind(packages, monkeypatch):
    version(packages, 1)
    with monkeypatch.context() as bounded:
        bounded.setattr("honeyhost.runtimes.sources.MOST_FILES", 1)
        with pytest.raises(LoadError):
            packages.open()
    assert not packages.open().aliased


def test_whoever_puts_the_finders_back_forgets_all_spaces(packages):
    version(packages, 1)
    finders = [finder for finder in sys.meta_path if not getattr(finder, "captured", False)]
    packages.open()
    sys.meta_path[:] = finders
    assert not packages.open().aliased

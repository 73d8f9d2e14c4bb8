from honeyhost.diagnostics import error, warning
from honeyhost.manifest.positions import Positions, child, joined

POSITIONS = Positions(
    "plugin.yaml",
    values={"": (1, 1), "nav": (2, 3), "nav[0]": (2, 5), "nav[0].icon": (3, 11), 'texts["a.b"]': (7, 3)},
    keys={"nav[0].icon": (3, 5), "nav[0].icno": (4, 5)},
)


def test_paths_are_written_as_people_write_them():
    assert joined(["nav", 2, "icon"]) == "nav[2].icon"
    assert joined(["texts", "a.b"]) == 'texts["a.b"]'
    assert joined(["requires_plugins", "my-plugin"]) == "requires_plugins.my-plugin"
    assert joined(["a b"]) == '["a b"]'
    assert joined([]) == ""


def test_a_long_key_is_cut_in_a_path():
    assert child("", "x" * 100) == f'["{"x" * 60}"]'
    assert child("", "x" * 60) == "x" * 60


def test_equal_keys_are_written_equally_whichever_object_they_are():
    first, second = (b"nav".decode() for _ in range(2))
    assert first is not second
    assert child("a", first) == child("a", second) == "a.nav"


def test_a_value_without_a_place_has_that_of_what_stands_around_it():
    assert POSITIONS.of("nav[0].icon") == (3, 11)
    assert POSITIONS.of("nav[0].label") == (2, 5)
    assert POSITIONS.of("nav[7].label") == (2, 3)
    assert POSITIONS.of("elsewhere") == (1, 1)
    assert POSITIONS.of('texts["a.b"]') == (7, 3)
    assert Positions().of("nav") is None


def test_a_key_has_a_place_of_its_own():
    assert POSITIONS.of_key("nav[0].icon") == (3, 5)
    assert POSITIONS.of_key("nav") == (2, 3)


def test_a_problem_gets_file_line_and_column_of_its_path():
    located = POSITIONS.located(error("icon-invalid", "no icon", path="nav[0].icon"))
    assert (located.file, located.line, located.column) == ("plugin.yaml", 3, 11)


def test_a_problem_of_a_key_gets_the_place_of_the_key():
    located = POSITIONS.located(warning("unknown-field", "unknown", path="nav[0].icno"))
    assert (located.line, located.column) == (4, 5)


def test_a_problem_keeps_a_place_that_it_has():
    located = POSITIONS.located(error("x", "x", path="nav", line=9, column=9, file="other.yaml"))
    assert (located.file, located.line, located.column) == ("other.yaml", 9, 9)
    located = POSITIONS.located(error("x", "x", line=9, column=9))
    assert (located.file, located.line) == ("plugin.yaml", 9)


def test_without_positions_only_the_file_is_known():
    located = Positions("plugin.json").located(error("x", "x", path="nav"))
    assert (located.file, located.line, located.column) == ("plugin.json", None, None)
    assert Positions().located(error("x", "x")).file is None


def test_problems_come_in_the_order_of_the_file():
    places = ['texts["a.b"]', "nav[0].icon", "nav[0]", "nav", ""]
    found = [error("x", "", path=path) for path in places] + [error("x", "")]
    assert [problem.path for problem in POSITIONS.all_located(found)] == [
        None,
        "",
        "nav",
        "nav[0]",
        "nav[0].icon",
        'texts["a.b"]',
    ]

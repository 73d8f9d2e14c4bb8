import pytest

from honeyhost.manifest.bindings import SourceFaultError, bindings


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("router = 1", {"router"}),
        ("a, (b, *c) = x", {"a", "b", "c"}),
        ("a = b = 1", {"a", "b"}),
        ("a: int = 1", {"a"}),
        ("a += 1", {"a"}),
        ("def f():\n inner = 1", {"f"}),
        ("async def f(): pass", {"f"}),
        ("class C:\n inner = 1", {"C"}),
        ("import a.b, c as d", {"a", "d"}),
        ("from x import y, z as w", {"y", "w"}),
        ("if x:\n a = 1\nelif y:\n b = 1\nelse:\n c = 1", {"a", "b", "c"}),
        ("for i in x:\n a = 1\nelse:\n b = 1", {"i", "a", "b"}),
        ("while x:\n a = 1", {"a"}),
        ("with x as a, y as (b, c):\n d = 1", {"a", "b", "c", "d"}),
        ("try:\n a = 1\nexcept E as e:\n b = 1\nelse:\n c = 1\nfinally:\n d = 1", {"a", "b", "c", "d"}),
        ("try:\n a = 1\nexcept* E as e:\n b = 1", {"a", "b"}),
        ("match x:\n case [a, *b]:\n  c = 1\n case {'k': d, **e}:\n  pass\n case P(q=g) as h:\n  pass", set("abcdegh")),
        ("if (n := f()):\n pass", {"n"}),
        ("[a for a in x if (b := a)]", {"b"}),
        ("{a: b for a, b in x}", set()),
        ("f = lambda: (a := 1)", {"f"}),
        ("@(d := deco)\ndef f(): pass", {"d", "f"}),
        ("def f():\n global router\n router = 1", {"f", "router"}),
        ("a.b = 1\nc[0] = 1\ndel d", set()),
        ("router: APIRouter", set()),
        ("x = '\\d'", {"x"}),
        ("", set()),
    ],
)
def test_a_module_binds_what_it_assigns_defines_and_imports(source: str, names: set[str]):
    found = bindings(source.encode())
    assert found.names == names
    assert found.complete


@pytest.mark.parametrize(
    "source",
    [
        "from x import *",
        "def __getattr__(name): ...",
        "globals()['router'] = 1",
        "exec('router = 1')",
        "import sys\nsetattr(sys.modules[__name__], 'router', 1)",
    ],
)
def test_where_names_may_appear_at_run_time_nobody_can_tell(source: str):
    assert not bindings(source.encode()).complete


@pytest.mark.parametrize(
    ("source", "message", "line"),
    [
        (b"a = 1\nb = (", "'(' was never closed", 2),
        (b"def f(:\n pass", "invalid syntax", 1),
        (b"-" * 100_000 + b"1", "it is nested too deeply", None),
        (b"a" + b".b" * 100_000, "it is nested too deeply", None),
        (b"# coding: nope\n", "unknown encoding: nope", 0),
    ],
)
def test_what_is_no_python_is_a_fault_with_its_line(source: bytes, message: str, line: int | None):
    with pytest.raises(SourceFaultError) as caught:
        bindings(source)
    assert (str(caught.value), caught.value.line) == (message, line)


def test_bytes_that_no_source_holds_are_a_fault():
    for source in (b"a = 1\0", b"\xff\xfe\xfd"):
        with pytest.raises(SourceFaultError):
            bindings(source)

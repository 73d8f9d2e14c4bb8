"""
Names and paths: nothing that is accepted can mean something else to a file system, a browser or a reader.
"""

import posixpath
import re
from contextlib import suppress
from urllib.parse import unquote, urljoin, urlsplit

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from honeyhost.manifest import frontend_path, validate
from honeyhost.manifest.bindings import Bindings, SourceFaultError, bindings
from honeyhost.manifest.rules.cron import cron_fault

SLUG = re.compile(r"_?[a-z][a-z0-9]*(-[a-z0-9]+)*")

slugs = st.text(st.sampled_from("abz09-_"), max_size=70) | st.text(max_size=20) | st.from_regex(SLUG, fullmatch=True)
PIECES = r""".. . / // \ %2e %2f %5c %00 demo plugins finance : javascript: ? # @ a é C: ~ $HOME * & = ' <"""
pieces = st.sampled_from([*PIECES.split(), " ", "\n", "\u202e", "\u2044", "\uff0f"])
heads = st.sampled_from(["", "/demo", "/plugins/demo", "/demo/", "/"])
paths = st.tuples(heads, st.lists(pieces, max_size=6).map("".join)).map("".join) | st.text(max_size=20)


@settings(deadline=None, max_examples=300)
@given(slug=slugs)
@example(slug="h\u0435althcare")
@example(slug="\uff41bc")
@example(slug="abc\n")
@example(slug="a" * 63)
@example(slug="a" * 64)
def test_a_slug_is_accepted_exactly_if_ascii_rules_say_so(slug: str):
    manifest, problems = validate({"name": slug, "version": "1.0"})
    codes = {problem.code for problem in problems}
    well_formed = SLUG.fullmatch(slug) is not None and len(slug) <= 63
    assert (manifest is not None) == (well_formed and "slug-reserved" not in codes)
    if manifest is not None:
        assert posixpath.basename(slug) == slug
        assert slug.isascii()


@settings(deadline=None, max_examples=300)
@given(path=paths)
@example(path="../../etc")
@example(path="dbt/..%2f")
@example(path="C:\\")
@example(path="\xa0")
def test_an_accepted_path_stays_inside_the_plugin(path: str):
    manifest, _ = validate({"name": "demo", "version": "1.0", "frontend_entry": path})
    if manifest is not None and manifest.frontend_entry is not None:
        for meant in (path, unquote(path), path.replace("\\", "/")):
            inside = posixpath.normpath(posixpath.join("/root/demo", meant))
            assert inside == "/root/demo" or inside.startswith("/root/demo/")
        assert path.isprintable()
        assert not re.match(r"[A-Za-z]:", path)


@settings(deadline=None, max_examples=300)
@given(path=paths)
@example(path="/demo/%2e%2e/x")
@example(path="//demo/x")
@example(path="/plugins/demo/../finance")
def test_an_accepted_page_is_on_this_platform_and_below_this_plugin(path: str):
    full = frontend_path("demo", path)
    if full is None:
        return
    for meant in (full, unquote(full)):
        place = urlsplit(urljoin("https://platform.example/a/b", meant))
        assert (place.scheme, place.netloc) == ("https", "platform.example")
        normal = posixpath.normpath(place.path)
        assert normal == "/plugins/demo" or normal.startswith("/plugins/demo/")
    assert frontend_path("demo", full) == full


@settings(deadline=None)
@given(
    schedule=st.lists(st.text(st.sampled_from("0123456789*/,-LW#?monjan@ "), max_size=6), max_size=7).map(" ".join)
    | st.text(max_size=30)
)
def test_a_schedule_is_accepted_or_its_fault_is_named(schedule: str):
    fault = cron_fault(schedule)
    assert fault is None or fault
    if fault is None:
        assert len(schedule.split()) in {5, 6}


@settings(deadline=None)
@given(names=st.lists(st.from_regex(r"[a-z_][a-z0-9_]{3,10}", fullmatch=True), min_size=1, max_size=5, unique=True))
def test_every_name_that_is_assigned_is_bound(names: list[str]):
    assume(all(_is_name(name) for name in names))
    source = "\n".join(f"if True:\n    {name} = 1" for name in names)
    assert bindings(source.encode()).names == set(names)


@settings(deadline=None)
@given(source=st.binary(max_size=100) | st.text(max_size=100).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_python_or_a_fault(source: bytes):
    with suppress(SourceFaultError):
        assert isinstance(bindings(source), Bindings)


def _is_name(text: str) -> bool:
    try:
        compile(f"{text} = 1", "name", "exec")
    except SyntaxError:
        return False
    return True

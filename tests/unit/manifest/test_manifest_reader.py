from collections.abc import Callable

import pytest
import yaml

from honeyhost.manifest import reader
from honeyhost.manifest.document import MAX_BYTES, MAX_DEPTH, MAX_NODES
from honeyhost.manifest.reader import read
from honeyhost.manifest.scalars import Plain

PARSERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]


@pytest.fixture(params=PARSERS, ids=["python-parser", "c-parser"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Both parsers that PyYAML has; which one is there depends on the platform.
    """
    monkeypatch.setattr(reader, "_LOADER", request.param)


def refused(data: bytes, told: Callable[..., list[str]]) -> str:
    document, problems = read(data)
    assert document is None
    (line,) = told(problems)
    return line


def test_a_document_is_mappings_lists_and_text():
    document, problems = read(b"a: 1\nb: [x, 'y', \"z\"]\nc:\n  d: |\n    two\n    lines\n  e: >-\n    one\n    line\n")
    assert problems == ()
    assert document is not None
    assert document.value == {"a": "1", "b": ["x", "y", "z"], "c": {"d": "two\nlines\n", "e": "one line"}}


def test_scalars_without_quotes_are_marked_and_nothing_is_converted():
    document, _ = read(b"version: 1.10\nname: no\nempty:\nhex: 0x1F\nquoted: '1.10'\n")
    assert document is not None
    assert document.value == {"version": "1.10", "name": "no", "empty": "", "hex": "0x1F", "quoted": "1.10"}
    assert [type(value) for value in document.value.values()] == [Plain, Plain, Plain, Plain, str]


def test_every_key_and_value_has_its_place_counted_in_characters():
    document, _ = read('"ä": {"b.c": é}\nlist:\n  - x: 1\n'.encode(), file="plugin.yaml")
    assert document is not None
    assert document.positions.file == "plugin.yaml"
    assert document.positions.values == {
        "": (1, 1),
        '["\\u00e4"]': (1, 6),
        '["\\u00e4"]["b.c"]': (1, 14),
        "list": (3, 3),
        "list[0]": (3, 5),
        "list[0].x": (3, 8),
    }
    assert document.positions.keys == {
        '["\\u00e4"]': (1, 1),
        '["\\u00e4"]["b.c"]': (1, 7),
        "list": (2, 1),
        "list[0].x": (3, 5),
    }


def test_a_byte_order_mark_at_the_start_is_accepted():
    document, problems = read(b"\xef\xbb\xbfname: a")
    assert problems == ()
    assert document is not None
    assert document.value == {"name": "a"}
    assert document.positions.keys == {"name": (1, 1)}


def test_document_markers_and_comments_are_accepted():
    document, _ = read(b"# head\n---\na: 1 # tail\n...\n")
    assert document is not None
    assert document.value == {"a": "1"}


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a: \xff", "error[not-utf8] - 1:4: the byte 0xff is not UTF-8 | save the file as UTF-8"),
        ("a: b".encode("utf-16"), "error[not-utf8] - 1:1: the byte 0xff is not UTF-8 | save the file as UTF-8"),
        ("ä: 1\nb: ".encode() + b"\xc3", "error[not-utf8] - 2:4: the byte 0xc3 is not UTF-8 | save the file as UTF-8"),
        (b"a: 1\r\nb:\0", "error[control-character] - 2:3: the character \\x00 is not allowed in the file | take it out"),
        (b"a: \x1b[31m", "error[control-character] - 1:4: the character \\x1b is not allowed in the file | take it out"),
        (
            "a: x\u2028b: y".encode(),
            "error[control-character] - 1:5: the character \\u2028 is not allowed in the file | take it out",
        ),
        (
            "a: \ufeffb".encode(),
            "error[control-character] - 1:4: the character \\ufeff is not allowed in the file | take it out",
        ),
        (b"a:\n\tb: c", "error[tab-character] - 2:1: a tab stands here | write spaces, or \\t in quotes"),
        (b"a:\tb", "error[tab-character] - 1:3: a tab stands here | write spaces, or \\t in quotes"),
        (b'a: "x\\0"', "error[control-character] a 1:4: the character NUL is not allowed | None"),
        (b"a: &x 1", "error[yaml-anchor] a 1:4: the anchor '&x' is not read | write the value out where it is used"),
        (b"a: *x", "error[yaml-anchor] a 1:4: the alias '*x' is not read | write the value out"),
        (b"&k a: 1", "error[yaml-anchor] - 1:1: the anchor '&k' is not read | write the value out where it is used"),
        (b"a: !x b", "error[yaml-tag] a 1:4: the tag '!x' is not read | write the value without a tag"),
        (b"a: !!str b", "error[yaml-tag] a 1:4: the tag 'tag:yaml.org,2002:str' is not read | write the value without a tag"),
        (b"%YAML 1.1\n---\na: 1", "error[yaml-directive] - 1:1: a YAML directive stands here | take the line with '%' out"),
        (b"%TAG ! x:\n---\na: 1", "error[yaml-directive] - 1:1: a YAML directive stands here | take the line with '%' out"),
        (b"a: 1\n---\nb: 2", "error[second-document] - 2:1: a second document starts here | a plugin.yaml is one document"),
        (b"a: 1\nb: 2\na: 3", "error[duplicate-key] a 3:1: the key 'a' stands twice, first in line 1 | keep one of the two"),
        (
            b"x:\n  b: 2\n  b: 3",
            "error[duplicate-key] x.b 3:3: the key 'b' stands twice, first in line 2 | keep one of the two",
        ),
        (b"a: {<<: {b: c}}", "error[key-invalid] a 1:5: the merge key '<<' is not read | write each key with its value"),
        (b"? [a]\n: b", "error[key-invalid] - 1:3: a key is a list or a mapping, and text is wanted | None"),
        (b"'': b", "error[key-invalid] - 1:1: a key is empty | write each key with its value"),
        (b"", "error[manifest-empty] - 1:1: the file is empty | None"),
        (b"# nothing\n", "error[manifest-empty] - 1:1: the file is empty | None"),
        (b"---\n", "error[manifest-empty] - 2:1: the file is empty | None"),
        (b"just text", "error[mapping-expected] - 1:1: expected 'key: value' lines, found text | None"),
        (b"- a", "error[mapping-expected] - 1:1: expected 'key: value' lines, found a list | None"),
        (b"!x {a: b}", "error[yaml-tag] - 1:1: the tag '!x' is not read | write the value without a tag"),
    ],
)
def test_what_no_manifest_needs_is_refused_with_its_place(data: bytes, line: str, told: Callable[..., list[str]]):
    assert refused(data, told) == line


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (
            b"a: b: c",
            "error[yaml-syntax] - 1:5: this is not YAML: a second ': ' stands in one line | put quotes round text that holds ': '",
        ),
        (
            b"a: @b",
            "error[yaml-syntax] - 1:4: this is not YAML: text starts with a character that YAML keeps for itself | put quotes round the text",
        ),
        (
            b"a: - b",
            "error[yaml-syntax] - 1:4: this is not YAML: a list starts where none can stand | start the list on the next line",
        ),
        (b"a: 'b", "error[yaml-syntax] - 1:6: this is not YAML: a quote is opened and not closed | close it"),
        (
            b"a:\n  b: c\n d: e",
            (
                "error[yaml-syntax] - 3:2: this is not YAML: the text or its indentation does not fit here | "
                "entries of one list or mapping start in the same column, and nothing follows a closing quote"
            ),
        ),
    ],
)
def test_what_is_no_yaml_is_said_in_words_that_help(data: bytes, line: str, told: Callable[..., list[str]]):
    assert refused(data, told) == line


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a: [b", "a bracket or a comma is missing"),
        (b'a: "\\q"', "the escape after '\\' is unknown"),
        (b"a:\n- b\nc", "a key is not followed by ': '"),
        (b"%YAML 3.0\n---\na: 1", "the parser says: found incompatible YAML document"),
    ],
)
def test_the_words_are_those_of_the_fault_whichever_parser_found_it(data: bytes, words: str):
    document, (problem,) = read(data)
    assert document is None
    assert (problem.code, problem.severity) == ("yaml-syntax", "error")
    assert words in problem.message


def test_an_escape_beyond_unicode_is_a_problem_and_not_a_crash():
    document, (problem,) = read(b'a: "\\U00110000"')
    assert document is None
    assert problem.code == "yaml-syntax"


def test_half_of_a_surrogate_pair_is_refused():
    document, (problem,) = read(b'a: "\\ud800"')
    assert document is None
    assert problem.code in {"control-character", "yaml-syntax"}
    assert problem.line == 1


def test_twenty_levels_are_read_and_one_more_is_refused(told: Callable[..., list[str]]):
    def nested(levels: int) -> bytes:
        return b"a: " + b"{a: " * (levels - 2) + b"{}" + b"}" * (levels - 2)

    assert read(nested(MAX_DEPTH))[1] == ()
    assert read(b"a: " + b"[" * (MAX_DEPTH - 1) + b"]" * (MAX_DEPTH - 1))[1] == ()
    assert [problem.code for problem in read(b"a: " + b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)[1]] == ["document-too-deep"]
    assert refused(nested(MAX_DEPTH + 1), told) == (
        "error[document-too-deep] " + ".".join("a" * MAX_DEPTH) + " 1:80: the document nests deeper than 20 levels | None"
    )


def test_a_hundred_thousand_open_brackets_are_refused_without_a_crash():
    for data in (b"a: " + b"[" * 100_000, b"a: " + b"{a: " * 60_000, b"? " * 100_000, b"[" * 100_000, b"- " * 100_000):
        document, (problem,) = read(data)
        assert document is None
        assert problem.code in {"document-too-deep", "mapping-expected", "key-invalid"}


def test_more_values_than_a_manifest_needs_are_refused():
    def listed(count: int) -> bytes:
        return b"a: [" + b"x," * (count - 3) + b"]"  # besides the mapping, the key and the list

    assert read(listed(MAX_NODES))[1] == ()
    document, (problem,) = read(listed(MAX_NODES + 1))
    assert document is None
    assert (problem.code, problem.message) == ("document-too-long", "the document has more than 20,000 values")
    assert problem.line == 1


def test_a_file_beyond_the_limit_is_refused_unread(told: Callable[..., list[str]]):
    assert read(b"a: " + b"x" * (MAX_BYTES - 3))[1] == ()
    assert refused(b"a: " + b"x" * MAX_BYTES, told) == (
        "error[file-too-large] -: the file has 262,147 bytes, and at most 262,144 are read | None"
    )


def test_every_problem_names_the_file():
    _, problems = read(b"a: &x 1", file="plugins/demo/plugin.yaml")
    assert [problem.file for problem in problems] == ["plugins/demo/plugin.yaml"]

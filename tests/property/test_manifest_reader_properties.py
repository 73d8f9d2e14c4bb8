"""
The reader: whatever the bytes are, it answers with a document or with one problem.
"""

from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from honeyhost.manifest import reader
from honeyhost.manifest.codes import CODES
from honeyhost.manifest.reader import read

KNOWN = {code.code for code in CODES}
PARSERS = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]

SIGNS = r"""a b name : - [ ] { } , &x *x !t !!str ' " | > %YAML --- ... \ "\x00" \ud800 é 0 ~ <<:"""
SPACED = [": ", "- ", "? ", "\n", "  ", " ", "&x ", "!t ", "|2\n", ">-\n", "# c", "---\n", "...\n", "\t", "\r", "\x85"]
fragments = st.sampled_from([*SIGNS.split(), *SPACED])
yamlish = st.lists(fragments, max_size=40).map("".join)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Co", "Cn"]), max_size=20)
contents = st.dictionaries(
    texts.filter(bool),
    st.recursive(
        texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts.filter(bool), inner, max_size=3),
        max_leaves=8,
    ),
    min_size=1,
    max_size=5,
)


def outcome(data: bytes, loader: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    with monkeypatch.context() as patch:
        patch.setattr(reader, "_LOADER", loader)
        document, problems = read(data)
    if document is not None:
        assert problems == ()
        return document
    (problem,) = problems
    assert problem.severity == "error"
    assert problem.code in KNOWN
    assert problem.message
    return problem


@pytest.mark.parametrize("loader", PARSERS, ids=["python-parser", "c-parser"])
@settings(deadline=None)
@given(data=st.binary(max_size=300))
@example(data=b"[" * 5000)
def test_bytes_are_a_document_or_a_problem(loader: Any, data: bytes):
    with pytest.MonkeyPatch.context() as monkeypatch:
        outcome(data, loader, monkeypatch)


@settings(deadline=None, max_examples=300)
@given(text=yamlish)
def test_what_looks_like_yaml_is_a_document_or_a_problem_and_both_parsers_read_the_same(text: str):
    with pytest.MonkeyPatch.context() as monkeypatch:
        found = [outcome(text.encode(), loader, monkeypatch) for loader in PARSERS]
    documents = [document for document in found if isinstance(document, reader.Document)]
    assert all(document.value == documents[0].value for document in documents)
    assert all(document.positions.keys == documents[0].positions.keys for document in documents)


@pytest.mark.parametrize("style", [False, True, None], ids=["block", "flow", "mixed"])
@pytest.mark.parametrize("loader", PARSERS, ids=["python-parser", "c-parser"])
@settings(deadline=None, max_examples=50)
@given(content=contents)
def test_what_is_written_is_read_back_as_it_was(style: bool | None, loader: Any, content: dict[str, Any]):
    data = yaml.safe_dump(content, allow_unicode=True, default_flow_style=style).encode()
    with pytest.MonkeyPatch.context() as monkeypatch:
        document = outcome(data, loader, monkeypatch)
    assert document.value == content


@settings(deadline=None)
@given(content=contents)
def test_every_value_stands_where_its_position_says(content: dict[str, Any]):
    text = yaml.safe_dump(content, allow_unicode=True, default_style="'")
    document, _ = read(text.encode())
    assert document is not None
    lines = text.split("\n")
    for line, column in (*document.positions.values.values(), *document.positions.keys.values()):
        assert 1 <= line <= len(lines)
        assert column <= len(lines[line - 1]) + 1
    for line, column in document.positions.keys.values():
        assert lines[line - 1][column - 1] in "'?"

"""
The reader: from the bytes of a plugin.yaml to a document, within bounds.

It reads the events of the YAML parser and builds plain mappings, lists and text itself. Nothing is constructed and nothing
expanded: no tags, no anchors, no second document. ``version: 1.10`` stays ``1.10``, ``name: no`` stays ``no``.
"""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from honeyhost.diagnostics import Problem, error
from honeyhost.manifest import syntax
from honeyhost.manifest.document import MAX_BYTES, MAX_DEPTH, MAX_NODES, Document, RefusedDocumentError, checked_text, too_deep
from honeyhost.manifest.positions import Positions, child
from honeyhost.manifest.scalars import Plain
from honeyhost.names import visible

_BOM = b"\xef\xbb\xbf"
_REFUSED = re.compile("[^\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029]")
"""
Controls, and what YAML 1.1 takes for a line break and editors do not: parsers disagree about them. Tabs too: YAML allows
them in some places and the two parsers that PyYAML has allow them in different ones.
"""

_Event = Any
"""An event or mark of PyYAML; its C and its Python parser have classes of their own that answer the same."""


def read(data: bytes, *, file: str | None = None) -> tuple[Document | None, tuple[Problem, ...]]:
    """
    The document that the bytes spell, or the problem that stopped the reader, with line and column. Never raises.
    """
    try:
        return _Builder(_text(data)).document(file), ()
    except RefusedDocumentError as refusal:
        return None, (refusal.problem.at(file=file),)


def _text(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        message = f"the file has {len(data):,} bytes, and at most {MAX_BYTES:,} are read"
        raise RefusedDocumentError(error("file-too-large", message, found=len(data), limit=MAX_BYTES))
    data = data.removeprefix(_BOM)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as cause:
        line, column = _place(data[: cause.start].decode("utf-8"), cause.start)
        hint = "save the file as UTF-8"
        problem = error("not-utf8", f"the byte 0x{data[cause.start]:02x} is not UTF-8", line=line, column=column, hint=hint)
        raise RefusedDocumentError(problem) from None
    refused = _REFUSED.search(text)
    if refused is not None:
        raise RefusedDocumentError(_refused_character(text, refused.start()))
    return text


def _refused_character(text: str, index: int) -> Problem:
    line, column = _place(text, index)
    if text[index] == "\t":
        return error("tab-character", "a tab stands here", line=line, column=column, hint="write spaces, or \\t in quotes")
    shown = visible(text[index])
    message = f"the character {shown} is not allowed in the file"
    return error("control-character", message, line=line, column=column, character=shown, hint="take it out")


def _place(text: str, index: int) -> tuple[int, int]:
    """
    Line and column (from one) of an index; CR, LF and CRLF end a line.
    """
    lines = re.split("\r\n|\n|\r", text[:index])
    return len(lines), len(lines[-1]) + 1


class _Builder:
    """
    One pass over the events; every node is counted, placed, and refused if a manifest has no use for it.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._events = _events(text)
        self._count = 0
        self._values: dict[str, tuple[int, int]] = {}
        self._keys: dict[str, tuple[int, int]] = {}

    def document(self, file: str | None) -> Document:
        next(self._events)  # the start of the stream
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise RefusedDocumentError(error("manifest-empty", "the file is empty", line=1, column=1))
        self._refuse_directives(event)
        event = next(self._events)
        if not isinstance(event, yaml.MappingStartEvent):
            self._refuse_root(event)
        value = self._node(event, "", 1)
        next(self._events)  # the end of the document
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise _refusal("second-document", "a second document starts here", event, hint="a plugin.yaml is one document")
        return Document(value, Positions(file, self._values, self._keys))

    def _node(self, event: _Event, path: str, depth: int) -> Any:
        self._admit(event, path)
        self._values[path] = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if depth > MAX_DEPTH:
            raise RefusedDocumentError(_placed(too_deep(path), event))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        return self._sequence(path, depth)

    def _admit(self, event: _Event, path: str) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            raise _refusal("document-too-long", f"the document has more than {MAX_NODES:,} values", event, path=path)
        if isinstance(event, yaml.AliasEvent):
            hint = "write the value out"
            raise _refusal("yaml-anchor", f"the alias '*{event.anchor}' is not read", event, path=path, hint=hint)
        if event.anchor is not None:
            hint = "write the value out where it is used"
            raise _refusal("yaml-anchor", f"the anchor '&{event.anchor}' is not read", event, path=path, hint=hint)
        if event.tag is not None:
            message = f"the tag '{syntax.excerpt(event.tag)}' is not read"
            raise _refusal("yaml-tag", message, event, path=path, hint="write the value without a tag")

    def _scalar(self, event: _Event, path: str) -> str:
        try:
            value = checked_text(event.value, path)
        except RefusedDocumentError as refusal:
            raise RefusedDocumentError(_placed(refusal.problem, event)) from None
        return value if event.style else Plain(value)

    def _sequence(self, path: str, depth: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, child(path, len(items)), depth + 1))
        return items

    def _mapping(self, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, path, found)
            below = child(path, key)
            self._keys[below] = (event.start_mark.line + 1, event.start_mark.column + 1)
            found[key] = self._node(next(self._events), below, depth + 1)
        return found

    def _key(self, event: _Event, path: str, found: dict[str, Any]) -> str:
        self._admit(event, path)
        if not isinstance(event, yaml.ScalarEvent):
            raise _refusal("key-invalid", "a key is a list or a mapping, and text is wanted", event, path=path)
        key = str(self._scalar(event, path))
        if not key or (key == "<<" and not event.style):
            message = "the merge key '<<' is not read" if key else "a key is empty"
            raise _refusal("key-invalid", message, event, path=path, hint="write each key with its value")
        if key in found:
            raise self._duplicate(event, child(path, key), key)
        return key

    def _duplicate(self, event: _Event, path: str, key: str) -> RefusedDocumentError:
        line, _ = self._keys[path]
        message = f"the key '{syntax.excerpt(key)}' stands twice, first in line {line}"
        return _refusal("duplicate-key", message, event, path=path, hint="keep one of the two")

    def _refuse_directives(self, event: _Event) -> None:
        if event.version or event.tags:
            raise _refusal("yaml-directive", "a YAML directive stands here", event, hint="take the line with '%' out")

    def _refuse_root(self, event: _Event) -> None:
        if isinstance(event, yaml.ScalarEvent) and not event.value and not event.style:
            raise _refusal("manifest-empty", "the file is empty", event)
        self._admit(event, "")
        kind = "text" if isinstance(event, yaml.ScalarEvent) else "a list"
        raise _refusal("mapping-expected", f"expected 'key: value' lines, found {kind}", event)


def _events(text: str) -> Iterator[_Event]:
    """
    The events of the parser, lazily; what it refuses is a problem in our words.
    """
    try:
        yield from yaml.parse(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as cause:  # the Python parser lets chr() complain about \U00110000
        raise RefusedDocumentError(syntax.problem(cause)) from None


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Only its parser is used. The C one is ten times faster; not every platform's PyYAML has it."""


def _refusal(code: str, message: str, event: _Event, *, path: str = "", hint: str | None = None) -> RefusedDocumentError:
    return RefusedDocumentError(_placed(error(code, message, path=path or None, hint=hint), event))


def _placed(problem: Problem, event: _Event) -> Problem:
    return problem.at(line=event.start_mark.line + 1, column=event.start_mark.column + 1)

"""
Markdown: tables and titles, as all generated pages have them.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

NOTICE = "<!-- Generated from the code by docs/generate.py. Change the code, then run: nox -s docs -- --write -->"


def document(title: str, *parts: str) -> str:
    """
    A whole page.
    """
    return "\n\n".join([NOTICE, f"# {title}", *(part.strip() for part in parts)]) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """
    A table; pipes in cells are escaped.
    """
    lines = [list(head), ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell(text) for text in row) + " |" for row in lines)


def cell(text: str) -> str:
    """
    Text that stays inside one cell.
    """
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """
    Text in the type of code.
    """
    return f"`{text}`"


def prose(docstring: str | None) -> str:
    """
    A docstring as a paragraph of Markdown.
    """
    plain = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", (docstring or "").replace("``", "`"))
    return " ".join(plain.split())


def shape(schema: Mapping[str, Any]) -> str:
    """
    What a JSON Schema asks for, in a few words.
    """
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{name}](#{name.lower()})"
    if "enum" in schema:
        return " or ".join(code(choice) for choice in schema["enum"])
    if "const" in schema:
        return code(schema["const"])
    if "anyOf" in schema:
        shapes = dict.fromkeys(shape(option) for option in schema["anyOf"] if option.get("type") != "null")
        return " or ".join(shapes)
    return _by_type(schema)


def default(schema: Mapping[str, Any]) -> str:
    """
    The default as people would write it; nothing for what is empty anyway.
    """
    value = schema.get("default")
    return "" if value in (None, [], {}, "") or isinstance(value, dict) else code(json.dumps(value, ensure_ascii=False))


def _by_type(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = kind[0]
    if kind == "array":
        return f"list of {shape(schema.get('items', {}))}"
    if kind == "object":
        values = schema.get("additionalProperties") or next(iter(schema.get("patternProperties", {}).values()), None)
        return f"mapping to {shape(values)}" if isinstance(values, Mapping) and values else "mapping"
    return {"string": "text", "integer": "whole number", "number": "number", "boolean": "yes or no"}.get(str(kind), "anything")

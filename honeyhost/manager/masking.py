"""
Masking: secrets of a plugin's configuration, which are written and never shown.

A value is secret where the plugin's schema says ``writeOnly`` or ``format: password``, and where its key is called like one
unless the schema says ``writeOnly: false`` there. A mask that is sent back means "what is stored".
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from honeyhost.diagnostics import Problem, error
from honeyhost.errors import ConfigInvalidError
from honeyhost.names import MASK, called_secret

Schema = Mapping[str, Any]
Schemas = tuple[Schema, ...]
"""The parts of a schema that speak of one place."""

_HIDDEN: Schema = {"writeOnly": True}
"""What a part of a schema that cannot be found is taken for: it may have said that the place is secret."""
_LONGEST_KEY = 64
_ALTERNATIVES = ("allOf", "anyOf", "oneOf")
_CONDITIONS = ("if", "then", "else")


def masked(schema: Schema | None, config: Mapping[str, Any]) -> dict[str, Any]:
    """
    The configuration as it may be shown: every secret that is set reads as MASK.
    """
    root = schema or {}
    shown: dict[str, Any] = _masked(root, (root,), None, dict(config))
    return shown


def unmasked(schema: Schema | None, current: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """
    The patch as it is meant: places that still hold the mask are left out of it, so that what is stored stays.

    Raises:
        ConfigInvalidError: a mask stands where nothing is stored, or in a list whose items cannot be told apart.
    """
    root = schema or {}
    lost: list[str] = []
    meant: dict[str, Any] = _Unmasking(root, lost).mapping((root,), current, patch, "")
    if lost:
        raise ConfigInvalidError("the configuration holds masks in the place of secrets", [_lost(path) for path in lost])
    return meant


def secret_values(schema: Schema | None, config: Mapping[str, Any]) -> frozenset[str]:
    """
    The texts that are secret in a configuration, to be masked wherever else they turn up.
    """
    root = schema or {}
    return frozenset(_secret_texts(config, _masked(root, (root,), None, dict(config))))


def _secret_texts(value: Any, shown: Any) -> Iterator[str]:
    if shown == MASK and value != MASK:
        yield from _texts(value)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secret_texts(item, shown[key])
    elif isinstance(value, list):
        for item, masked_item in zip(value, shown, strict=True):
            yield from _secret_texts(item, masked_item)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def shown_key(key: str) -> str:
    """
    A key as it may be shown: one that looks like a value is only counted.
    """
    simple = len(key) <= _LONGEST_KEY and key.replace("_", "").replace("-", "").replace(".", "").isalnum()
    return key if simple else f"<{len(key)} characters>"


def _lost(path: str) -> Problem:
    return error(
        "config-mask",
        f"{path}: a mask stands here, and no stored secret belongs to it",
        path=path,
        hint="send the secret itself",
    )


class _Unmasking:
    """
    One way through a patch beside what is stored.
    """

    def __init__(self, root: Schema, lost: list[str]) -> None:
        self._root = root
        self._lost = lost

    def mapping(self, schemas: Schemas, current: Any, patch: Mapping[str, Any], path: str) -> dict[str, Any]:
        stored = current if isinstance(current, Mapping) else {}
        meant = {}
        for key, value in patch.items():
            below = _property(self._root, schemas, key)
            place = f"{path}.{key}" if path else key
            if value == MASK and _is_secret(below, key, value):
                if not _is_set(stored.get(key)):
                    self._lost.append(place)
                continue
            meant[key] = self._value(below, stored.get(key), value, place)
        return meant

    def _value(self, schemas: Schemas, current: Any, value: Any, path: str) -> Any:
        if isinstance(value, Mapping):
            return self.mapping(schemas, current, value, path)
        if isinstance(value, list):
            return self._list(schemas, current if isinstance(current, list) else [], value, path)
        return value

    def _list(self, schemas: Schemas, current: Sequence[Any], value: Sequence[Any], path: str) -> list[Any]:
        items = [_item(self._root, schemas, index) for index in range(max(len(current), len(value)))]
        shown = [_masked(self._root, items[index], None, item) for index, item in enumerate(current)]
        partners = _partners(shown, value)
        return [
            self._list_item(items[index], None if partner is None else current[partner], item, f"{path}[{index}]")
            for index, (item, partner) in enumerate(zip(value, partners, strict=True))
        ]

    def _list_item(self, schemas: Schemas, current: Any, item: Any, path: str) -> Any:
        """
        An item, whole: a list is replaced as one, so what is stored has to be put into it.
        """
        if item == MASK and _is_secret(schemas, None, item):
            if not _is_set(current):
                self._lost.append(path)
            return current
        if not isinstance(item, Mapping):
            return self._value(schemas, current, item, path)
        meant = self.mapping(schemas, current, item, path)
        return _restored(item, meant, current if isinstance(current, Mapping) else {})


def _restored(item: Mapping[str, Any], meant: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """
    An item of a list with what its masks stand for, also deeper in it.
    """
    whole = {}
    for key, value in item.items():
        if key not in meant:
            whole[key] = current.get(key)
        elif isinstance(value, Mapping):
            stored = current.get(key)
            whole[key] = _restored(value, meant[key], stored if isinstance(stored, Mapping) else {})
        else:
            whole[key] = meant[key]
    return whole


def _partners(shown: Sequence[Any], value: Sequence[Any]) -> list[int | None]:
    """
    For each new item the stored one that it was: the one that looks the same, else the one in its place. None where items
    that look the same cannot be told apart.
    """
    in_place = len(shown) == len(value)
    found: list[int | None] = []
    for index, item in enumerate(value):
        alike = [number for number, before in enumerate(shown) if before == item]
        if in_place and index in alike:
            found.append(index)
        elif len(alike) == 1 and sum(other == item for other in value) == 1:
            found.append(alike[0])
        else:
            found.append(None)
    if not in_place:
        return found
    return [index if partner is None and index not in found else partner for index, partner in enumerate(found)]


def _masked(root: Schema, schemas: Schemas, name: str | None, value: Any) -> Any:
    if _is_set(value) and _is_secret(schemas, name, value):
        return MASK
    if isinstance(value, Mapping):
        return {key: _masked(root, _property(root, schemas, key), key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(root, _item(root, schemas, index), None, item) for index, item in enumerate(value)]
    return value


def _is_set(value: Any) -> bool:
    return value is not None and value != ""


def _is_secret(schemas: Schemas, name: str | None, value: Any) -> bool:
    if any(part.get("writeOnly") is True or part.get("format") == "password" for part in schemas):
        return True
    if name is None or isinstance(value, bool | int | float) or any(part.get("writeOnly") is False for part in schemas):
        return False
    return called_secret(name)


def _property(root: Schema, schemas: Schemas, key: str) -> Schemas:
    """
    What the schemas say of a key.
    """
    found: list[Any] = []
    for part in _flat(root, schemas):
        own = _mapping(part, "properties")
        matching = [sub for pattern, sub in _mapping(part, "patternProperties").items() if _matches(pattern, key)]
        if key in own:
            found.append(own[key])
        found.extend(matching)
        if key not in own and not matching:
            found.extend(part[word] for word in ("additionalProperties", "unevaluatedProperties") if word in part)
    return tuple(_flat(root, tuple(part for part in found if isinstance(part, Mapping))))


def _item(root: Schema, schemas: Schemas, index: int) -> Schemas:
    """
    What the schemas say of an item of a list.
    """
    found: list[Any] = []
    for part in _flat(root, schemas):
        items = part.get("items")
        first = _sequence(part, "prefixItems" if "prefixItems" in part else "items")
        if index < len(first):
            found.append(first[index])
        elif isinstance(items, Mapping):
            found.append(items)
        found.extend(part[word] for word in ("additionalItems", "unevaluatedItems", "contains") if word in part)
    return tuple(_flat(root, tuple(part for part in found if isinstance(part, Mapping))))


def _flat(root: Schema, schemas: Schemas) -> Iterator[Schema]:
    """
    The schemas with everything that they refer to and are composed of, each once.
    """
    waiting, seen = list(schemas), set[int]()
    while waiting:
        part = waiting.pop(0)
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        waiting.extend(_target(root, str(part[word])) for word in ("$ref", "$dynamicRef") if word in part)
        parts = [*(sub for word in _ALTERNATIVES for sub in _sequence(part, word)), *(part.get(word) for word in _CONDITIONS)]
        parts += _mapping(part, "dependentSchemas").values()
        waiting.extend(sub for sub in parts if isinstance(sub, Mapping))


def _target(root: Schema, reference: str) -> Schema:
    if not reference.startswith("#"):
        return _HIDDEN
    found: Any = root
    for step in reference[1:].split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return _HIDDEN
    named_anchor = not reference.startswith("#/") and reference != "#"
    return found if isinstance(found, Mapping) and not named_anchor else _HIDDEN


def _mapping(part: Schema, word: str) -> Mapping[str, Any]:
    value = part.get(word)
    return value if isinstance(value, Mapping) else {}


def _sequence(part: Schema, word: str) -> Sequence[Any]:
    value = part.get(word)
    return value if isinstance(value, list) else ()


def _matches(pattern: str, key: str) -> bool:
    try:
        return re.search(pattern, key) is not None
    except re.error:
        return True  # nobody can say that it does not match

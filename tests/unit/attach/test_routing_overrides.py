import contextvars
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from honeyhost.attach.routing.overrides import close_overrides
from honeyhost.errors import RefusedError
from honeyhost.sdk.requires import passage

CHANGES: dict[str, Callable[[Any], Any]] = {
    "set": lambda overrides: overrides.__setitem__(len, abs),
    "delete": lambda overrides: overrides.__delitem__(int),
    "clear": lambda overrides: overrides.clear(),
    "pop": lambda overrides: overrides.pop(int),
    "popitem": lambda overrides: overrides.popitem(),
    "setdefault": lambda overrides: overrides.setdefault(len, abs),
    "update": lambda overrides: overrides.update({len: abs}),
    "or": lambda overrides: overrides.__ior__({len: abs}),
}


@pytest.fixture
def app() -> FastAPI:
    """
    An application with one override, closed for plugins.
    """
    made = FastAPI()
    made.dependency_overrides[int] = str
    close_overrides(made)
    return made


@pytest.mark.parametrize("change", CHANGES)
def test_a_plugin_can_read_overrides_and_not_change_them(app: FastAPI, change: str) -> None:
    def as_plugin() -> None:
        passage.set(("clinic", None, frozenset(), None, None))
        assert app.dependency_overrides == {int: str}
        CHANGES[change](app.dependency_overrides)

    with pytest.raises(RefusedError) as refused:
        contextvars.Context().run(as_plugin)
    assert refused.value.message == "plugin 'clinic' tried to change the host's dependency_overrides"
    assert refused.value.hint == "override dependencies in tests, from outside of the application"
    assert app.dependency_overrides == {int: str}


@pytest.mark.parametrize("change", CHANGES)
def test_from_outside_they_change_as_a_dictionary_does(app: FastAPI, change: str) -> None:
    plain = {int: str}
    assert CHANGES[change](app.dependency_overrides) == CHANGES[change](plain)
    assert app.dependency_overrides == plain

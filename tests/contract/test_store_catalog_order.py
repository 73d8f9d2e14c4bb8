"""
Whatever plugins and operators do, in whatever order: nobody touches what is the other's.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from honeyhost.errors import RefusedError
from honeyhost.store.catalog import Catalog
from honeyhost.store.database import Database

PLUGINS = ("finance", "healthcare")
GROUPS = ("admins", "viewers")


@dataclass(frozen=True)
class Declared:
    id: str
    label: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Seeded:
    name: str
    permissions: tuple[str, ...]
    label: str | None = None


@st.composite
def versions(draw: st.DrawFn) -> tuple[str, list[Declared], list[Seeded]]:
    slug = draw(st.sampled_from(PLUGINS))
    own = draw(st.lists(st.sampled_from([f"{slug}.read", f"{slug}.edit"]), unique=True))
    names = draw(st.lists(st.sampled_from(GROUPS), unique=True))
    groups = [Seeded(name, tuple(draw(st.lists(st.sampled_from(own), unique=True))) if own else ()) for name in names]
    return slug, [Declared(permission) for permission in own], groups


PERMISSIONS = st.sampled_from([f"{slug}.{verb}" for slug in PLUGINS for verb in ("read", "edit")])
STEPS = st.one_of(
    st.tuples(st.just("attach"), versions()),
    st.tuples(st.just("detach"), st.tuples(st.sampled_from(PLUGINS))),
    st.tuples(st.sampled_from(["grant", "revoke"]), st.tuples(st.sampled_from(GROUPS), PERMISSIONS)),
    st.tuples(st.just("label_group"), st.tuples(st.sampled_from(GROUPS), st.sampled_from(["Team", None]))),
    st.tuples(st.sampled_from(["add_member", "remove_member"]), st.tuples(st.sampled_from(GROUPS), st.just("ada"))),
)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    database = Database("sqlite://")
    database.migrate()
    yield database
    database.close()


@settings(max_examples=60, deadline=None)
@given(history=st.lists(STEPS, max_size=12), last=versions())
def test_any_history_ends_in_an_attach_that_can_be_undone_and_repeated(database, history, last):
    catalog = Catalog(database)
    with suppress(EndOfExample), database.transaction():
        for verb, arguments in history:
            with suppress(RefusedError):
                getattr(catalog, verb)(*arguments)
        before = catalog.state()
        undo = catalog.attach(*last)
        attached = catalog.state()

        undo()
        assert catalog.state() == before
        catalog.attach(*last)
        assert catalog.state() == attached
        catalog.detach(last[0])
        catalog.attach(*last)
        assert catalog.state() == attached
        _check_rows(catalog, before)
        raise EndOfExample


def _check_rows(catalog: Catalog, before: dict) -> None:
    """
    Without any plugin, exactly the operators' rows are left, as they were.
    """
    for slug in PLUGINS:
        catalog.detach(slug)
    left = catalog.state()
    assert left["hh_permissions"] == left["hh_seed_groups"] == []
    assert left["hh_groups"] == before["hh_groups"]
    assert left["hh_members"] == before["hh_members"]
    assert left["hh_group_permissions"] == [row for row in before["hh_group_permissions"] if row[3] == "operator"]
    assert catalog.permissions_of("ada") == frozenset()


class EndOfExample(Exception):  # noqa: N818 - no error: it rolls the example back
    pass

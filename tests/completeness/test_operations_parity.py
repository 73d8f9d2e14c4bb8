"""
One table of operations, and everything that is made from it: none knows one more, or one less, or another way to say it.
"""

import inspect
from importlib import import_module
from typing import get_type_hints

import pytest

from honeyhost.sdk import host as promise
from honeyhost.sdk.host import HostAPI
from honeyhost.sdk.operations import OPERATIONS
from honeyhost.services.grants import TYPES
from honeyhost.testing import FakeHost

GROUPS = {
    "db": ("honeyhost.services.databases", "PluginDatabase"),
    "cache": ("honeyhost.services.cache", "PluginCache"),
    "http": ("honeyhost.services.http", "PluginHttp"),
    "email": ("honeyhost.services.mail", "PluginEmail"),
    "log": ("honeyhost.services.logs.plugin", "PluginLog"),
    "config": ("honeyhost.services.configuration", "PluginConfig"),
    "plugins": ("honeyhost.services.calling", "PluginCalls"),
    "capabilities": ("honeyhost.services.calling", "PluginCapabilities"),
}
SHORT_FORMS = {"log": {"debug", "info", "warning", "error"}}
"""Other ways to say one operation of the table."""
OWN = {"slug", "version", "blocking", "create_task"}
"""What is no operation."""


def promised(group):
    return get_type_hints(inspect.getattr_static(HostAPI, group).fget)["return"]


def methods(kind):
    return {name for name, _ in inspect.getmembers(kind, inspect.isfunction) if not name.startswith("_")}


def shape(method):
    signature = inspect.signature(method)
    return [(name, parameter.kind, parameter.default) for name, parameter in signature.parameters.items()]


def real(group):
    module, name = GROUPS[group]
    return getattr(import_module(module), name)


def test_the_host_has_the_groups_and_operations_of_the_table_and_no_others():
    said = {operation.service or operation.method for operation in OPERATIONS.values()}
    names = {name for name in vars(HostAPI) if not name.startswith("_")}
    assert names - OWN == said
    assert said - {"translate"} == set(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_a_group_has_the_methods_of_the_table_and_no_others(group):
    said = {operation.method for operation in OPERATIONS.values() if operation.service == group}
    assert methods(promised(group)) == said | SHORT_FORMS.get(group, set())
    assert methods(real(group)) == said | SHORT_FORMS.get(group, set())


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_promise_host_fake_and_wire_say_an_operation_in_the_same_way(operation):
    fake = FakeHost("clinic")
    if not operation.service:
        given = import_module("honeyhost.manager.given").GivenHost
        ways = [getattr(HostAPI, operation.method), getattr(given, operation.method), getattr(FakeHost, operation.method)]
    else:
        faked = type(getattr(fake, operation.service))
        ways = [getattr(kind, operation.method) for kind in (promised(operation.service), real(operation.service), faked)]
    first, *others = [shape(way) for way in ways]
    assert all(other == first for other in others)
    assert len({inspect.iscoroutinefunction(way) for way in ways}) == 1
    fields = operation.args_shape.model_fields
    assert {info.alias or name for name, info in fields.items()} == {name for name, _, _ in first if name != "self"}
    needed = {name for name, kind, default in first if default is inspect.Parameter.empty and name != "self"}
    assert {info.alias or name for name, info in fields.items() if info.is_required()} == needed


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)
def test_a_row_says_what_it_needs(operation):
    assert operation.permission is None or operation.permission in TYPES
    assert (operation.access != "") == (operation.permission in ("db", "cache"))
    assert (operation.scope is None) == (operation.permission is None) == (operation.per_minute is None)
    assert issubclass(operation.answer_shape, object)
    assert operation.summary[0].isupper()


def test_the_blocking_host_has_the_groups_that_wait():
    waiting = {
        operation.service
        for operation in OPERATIONS.values()
        if operation.service and inspect.iscoroutinefunction(getattr(promised(operation.service), operation.method))
    }
    assert {name for name in vars(promise.Blocking) if not name.startswith("_")} == waiting
    assert set(import_module("honeyhost.services.blocking")._GROUPS) == waiting


def test_names_on_the_wire_are_those_of_the_table():
    assert [operation.name for operation in OPERATIONS.values()] == list(OPERATIONS)
    assert len({operation.path for operation in OPERATIONS.values()}) == len(OPERATIONS)

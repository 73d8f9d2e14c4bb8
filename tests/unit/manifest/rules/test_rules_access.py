from collections.abc import Callable

import pytest

Ask = Callable[..., list[str]]


def test_a_permission_is_declared_once(ask: Ask):
    assert ask(permissions=["note.read", {"id": "note.read"}]) == [
        (
            "error[duplicate-id] permissions[1]: the permission 'note.read' stands twice, first in permissions[0] | "
            "keep one, or name the other differently"
        )
    ]


@pytest.mark.parametrize("name", ["host.read", "plugins.read", "admin.users.read"])
def test_the_hosts_name_space_is_the_hosts(ask: Ask, name: str):
    space = name.split(".", maxsplit=1)[0]
    assert ask(permissions=[name]) == [
        (
            f"error[permission-reserved] permissions[0]: the permission '{name}' lies in the host's own name space '{space}.' | "
            "name it after what it protects, as 'demo.read'"
        )
    ]


def test_a_seed_group_holds_the_plugins_own_permissions(ask: Ask):
    groups = [
        {"name": "staff", "permissions": ["note.read", "note.raed", "host.users", "note.read"]},
        {"name": "staff", "permissions": []},
    ]
    assert ask(permissions=["note.read"], seed_groups=groups) == [
        (
            "error[duplicate-id] seed_groups[1].name: the group 'staff' stands twice, first in seed_groups[0] | "
            "keep one, or name the other differently"
        ),
        (
            "warning[duplicate-id] seed_groups[0].permissions[3]: the permission 'note.read' stands twice, first in "
            "seed_groups[0].permissions[0] | keep one"
        ),
        (
            "error[permission-foreign] seed_groups[0].permissions[1]: seed group 'staff' grants 'note.raed', which plugin 'demo' does "
            "not declare | did you mean 'note.read'?"
        ),
        (
            "error[permission-foreign] seed_groups[0].permissions[2]: seed group 'staff' grants 'host.users', which plugin 'demo' does "
            "not declare | declare it under permissions, or take it out of the group"
        ),
    ]


def test_every_guard_is_looked_up_in_every_field(ask: Ask):
    name = "note.raed"
    lines = ask(
        permissions=["note.read"],
        routers=[{"router": ".a:r", "permission": name}],
        routes=[{"method": "GET", "path": "/a", "handler": ".a:f", "permission": name}],
        nav=[{"label": "x", "path": "/demo", "permission": name}],
        menu_items=[{"id": "a", "label": "x", "children": [{"id": "b", "label": "x", "path": "/demo", "permission": name}]}],
        widgets=[{"id": "a", "title": "x", "handler": ".a:f", "permission": name}],
        capabilities=[{"slug": "a", "handler": ".a:f", "permission": name}],
        workflows=[{"name": "a", "permission": "zzz.zzz", "steps": [{"id": "a", "capability": "a"}]}],
    )
    end = "the permission 'note.raed' is not declared by plugin 'demo' | did you mean 'note.read'?"
    assert lines == [
        f"warning[permission-unknown] routers[0].permission: {end}",
        f"warning[permission-unknown] routes[0].permission: {end}",
        f"warning[permission-unknown] nav[0].permission: {end}",
        f"warning[permission-unknown] menu_items[0].children[0].permission: {end}",
        f"warning[permission-unknown] widgets[0].permission: {end}",
        f"warning[permission-unknown] capabilities[0].permission: {end}",
        (
            "warning[permission-unknown] workflows[0].permission: the permission 'zzz.zzz' is not declared by plugin 'demo' | "
            "declare it under permissions, unless the platform or a required plugin has it"
        ),
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        {"type": "db", "access": "read", "scope": ["patient_*", "public.visit"], "database": "analytics"},
        {"type": "cache", "access": "readwrite", "scope": ["session:*"]},
        {"type": "http", "scope": ["api.example.com", "*.example.com", "https://bank.example:8443"]},
        {"type": "email", "scope": ["example.com"], "purpose": {"en": "reminders"}},
        {"type": "config", "scope": ["mail.sender", "mail.*"]},
        {"type": "plugin_call", "scope": ["billing", "billing.invoice"]},
        {"type": "dbt", "scope": ["run"]},
        {"type": "dbt"},
    ],
)
def test_a_request_speaks_in_the_words_of_its_service(ask: Ask, wanted: object):
    assert ask(host_permissions=[wanted]) == []


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        ({"type": "db"}, "host_permissions[0]: 'db' needs 'access': read, write or readwrite | add 'access: read'"),
        ({"type": "http", "access": "read"}, "host_permissions[0].access: 'access' has no meaning for 'http' | take it out"),
        ({"type": "http", "database": "x"}, "host_permissions[0].database: 'database' has no meaning for 'http' | take it out"),
        (
            {"type": "db", "access": "read", "scope": ["a", "a; drop table b"]},
            "host_permissions[0].scope[1]: 'a; drop table b' is no scope of 'db' | write a table or a glob, as 'patient_*'",
        ),
        (
            {"type": "http", "scope": ["ftp://x"]},
            "host_permissions[0].scope[0]: 'ftp://x' is no scope of 'http' | write a host, as 'api.example.com' or '*.example.com'",
        ),
        (
            {"type": "plugin_call", "scope": ["Billing"]},
            (
                "host_permissions[0].scope[0]: 'Billing' is no scope of 'plugin_call' | "
                "write a plugin or one of its functions, as 'billing' or 'billing.invoice'"
            ),
        ),
        (
            {"type": "plugin_call", "scope": ["billing."]},
            (
                "host_permissions[0].scope[0]: 'billing.' is no scope of 'plugin_call' | "
                "write a plugin or one of its functions, as 'billing' or 'billing.invoice'"
            ),
        ),
        (
            {"type": "email", "scope": ["a@example.com"]},
            "host_permissions[0].scope[0]: 'a@example.com' is no scope of 'email' | write a domain, as 'example.com'",
        ),
        (
            {"type": "config", "scope": [""]},
            "host_permissions[0].scope[0]: '' is no scope of 'config' | write a key, as 'mail.sender'",
        ),
        (
            {"type": "cache", "access": "read", "scope": ["a b"]},
            "host_permissions[0].scope[0]: 'a b' is no scope of 'cache' | write a key or a glob, as 'session:*'",
        ),
        (
            {"type": "dbt", "scope": ["run;"]},
            "host_permissions[0].scope[0]: 'run;' is no scope of 'dbt' | write an operation, as 'run'",
        ),
    ],
)
def test_any_other_request_is_refused(ask: Ask, wanted: object, line: str):
    assert ask(host_permissions=[wanted]) == [f"error[host-permission-invalid] {line}"]

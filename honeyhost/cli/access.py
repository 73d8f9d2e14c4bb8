"""
Access: what can be typed about people, programs, consent, backup, and who did what.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from honeyhost.cli.words import Check, Json, PluginName
from honeyhost.cli.words import run_body as _run

_Permissions = Annotated[list[str] | None, typer.Option("--permission", metavar="P", help="A permission; may be repeated.")]
_TokenId = Annotated[str, typer.Argument(metavar="ID", show_default=False, help="As token list shows it.")]
_GroupName = Annotated[str, typer.Argument(metavar="GROUP", show_default=False)]


def token_create(  # noqa: PLR0913 - what can be typed
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False, help="What it is for.")],
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="S", help="plugins.read, plugins.manage, capabilities.run or *; may be repeated."),
    ] = None,
    group: Annotated[list[str] | None, typer.Option(metavar="G", help="A group whose permissions it has.")] = None,
    permission: _Permissions = None,
    expires: Annotated[
        str | None, typer.Option(metavar="WHEN", help="A span as 90d or 12h, or a moment as 2027-01-31T12:00+00:00.")
    ] = None,
    json: Json = False,
) -> int:
    """
    Make an access token; its text is shown this once.
    """
    rights = {"scopes": scope or [], "groups": group or [], "permissions": permission or []}
    return _run("token create", context, name=name, rights=rights, expires=expires, json=json)


def token_list(context: typer.Context, *, json: Json = False) -> int:
    """
    Every access token, with its rights and its last use.
    """
    return _run("token list", context, json=json)


def token_rotate(context: typer.Context, token: _TokenId, *, json: Json = False) -> int:
    """
    Give a token a new text; the old one ends at once.
    """
    return _run("token rotate", context, token=token, json=json)


def token_revoke(context: typer.Context, token: _TokenId, *, json: Json = False) -> int:
    """
    End a token at once, with the sessions that it opened.
    """
    return _run("token revoke", context, token=token, json=json)


def group_list(context: typer.Context, *, json: Json = False) -> int:
    """
    Every group, with its permissions and its members.
    """
    return _run("group list", context, json=json)


def group_add(  # noqa: PLR0913 - what can be typed
    context: typer.Context,
    group: _GroupName,
    *,
    permission: _Permissions = None,
    member: Annotated[
        list[str] | None, typer.Option(metavar="WHO", help="A caller's id, or token:ID, as often as need be.")
    ] = None,
    label: Annotated[str | None, typer.Option(metavar="TEXT", help="Its name for people.")] = None,
    json: Json = False,
) -> int:
    """
    Make a group, or put permissions and members into one.
    """
    return _run("group add", context, group=group, permissions=permission or [], members=member or [], label=label, json=json)


def group_remove(
    context: typer.Context,
    group: _GroupName,
    *,
    permission: _Permissions = None,
    member: Annotated[list[str] | None, typer.Option(metavar="WHO", help="Somebody to take out.")] = None,
    json: Json = False,
) -> int:
    """
    Take permissions and members out of a group, or the group away.

    What a plugin seeds into a group stays taken out, also after its upgrade.
    """
    return _run("group remove", context, group=group, permissions=permission or [], members=member or [], json=json)


def grant(  # noqa: PLR0913 - what can be typed
    context: typer.Context,
    name: PluginName,
    grants: Annotated[
        list[str] | None,
        typer.Argument(metavar="GRANT", show_default=False, help="type[:access][:scope], as db:write:patient_*."),
    ] = None,
    *,
    show: Annotated[bool, typer.Option("--show", help="Show what it asks for and what it has.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Grant all that it asks for.")] = False,
    without_new: Annotated[
        bool, typer.Option("--without-new-grants", help="Let it run with what was granted before, and without the rest.")
    ] = False,
    revoke: Annotated[list[str] | None, typer.Option(metavar="GRANT", help="Take a grant back.")] = None,
    json: Json = False,
) -> int:
    """
    Show what a plugin asks of the host, or grant it.

    A plugin that asks for something new waits until that is answered here.
    """
    return _run(
        "grant",
        context,
        name=name,
        grants=grants or [],
        show=show,
        everything=everything,
        without_new=without_new,
        revoke=revoke or [],
        json=json,
    )


def state_export(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", show_default=False, help="Standard output where none is given.")
    ] = None,
    *,
    json: Json = False,
) -> int:
    """
    Write down what operators decided, without secrets and tokens.
    """
    return _run("state export", context, file=file, json=json)


def state_import(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="As state export wrote it; - for input.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")] = False,
    check: Check = False,
    json: Json = False,
) -> int:
    """
    Take up what state export wrote.

    Secrets that it masks stay as they are stored here.
    """
    return _run("state import", context, file=file, dry_run=dry_run, check=check, json=json)


def audit(  # noqa: PLR0913 - what can be typed
    context: typer.Context,
    *,
    plugin: Annotated[str | None, typer.Option(metavar="NAME", help="Only about this plugin, token or group.")] = None,
    actor: Annotated[str | None, typer.Option(metavar="WHO", help="Only by this one.")] = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="So many, the newest first.")] = 20,
    before: Annotated[int | None, typer.Option(metavar="ID", help="Only older ones than this.")] = None,
    json: Json = False,
) -> int:
    """
    Who changed what, and when.
    """
    return _run("audit", context, target=plugin, actor=actor, limit=limit, before=before, json=json)


COMMANDS: Mapping[str, Callable[..., int]] = {
    "token create": token_create,
    "token list": token_list,
    "token rotate": token_rotate,
    "token revoke": token_revoke,
    "group list": group_list,
    "group add": group_add,
    "group remove": group_remove,
    "grant": grant,
    "state export": state_export,
    "state import": state_import,
    "audit": audit,
}
GROUPS: Mapping[str, str] = {
    "token": "Access tokens of programs and of the administrator.",
    "group": "Groups of people and programs, and their permissions.",
    "state": "Backup and transfer of what operators decided.",
}
EXAMPLES: Mapping[str, tuple[str, str]] = {
    "token": ("honeyhost token create ci --scope plugins.manage", "honeyhost token list"),
    "token create": (
        "honeyhost token create ci --scope plugins.manage --expires 90d",
        "honeyhost token create report --group accountants --json",
    ),
    "token list": ("honeyhost token list", "honeyhost token list --json"),
    "token rotate": ("honeyhost token rotate 5f0c", "honeyhost token rotate administrator"),
    "token revoke": ("honeyhost token revoke 5f0c", "honeyhost token revoke 5f0c --json"),
    "group": ("honeyhost group list", "honeyhost group add accountants --permission finance.read"),
    "group list": ("honeyhost group list", "honeyhost group list --json"),
    "group add": (
        "honeyhost group add accountants --permission finance.read",
        "honeyhost group add accountants --member ada --member token:5f0c",
    ),
    "group remove": ("honeyhost group remove accountants --member ada", "honeyhost group remove accountants"),
    "grant": ("honeyhost grant healthcare", "honeyhost grant healthcare 'db:write:patient_*'"),
    "state": ("honeyhost state export state.json", "honeyhost state import state.json --dry-run"),
    "state export": ("honeyhost state export state.json", "honeyhost state export > state.json"),
    "state import": ("honeyhost state import state.json --dry-run", "honeyhost state import state.json"),
    "audit": ("honeyhost audit", "honeyhost audit --plugin finance --json"),
}

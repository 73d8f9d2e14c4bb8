"""
What a plugin asks of the host, taken apart into grants; and what of it was answered.
"""

import hashlib
import json
from collections.abc import Iterable

from honeyhost.manifest.model import HostPermission, PluginManifest
from honeyhost.services.grants import Grant, accesses


def asked_by(manifest: PluginManifest) -> tuple[Grant, ...]:
    """
    All that a plugin asks for, each piece once, in the order of the manifest.
    """
    return tuple(dict.fromkeys(piece for wanted in manifest.host_permissions for piece in pieces_of(wanted)))


def pieces_of(wanted: HostPermission) -> tuple[Grant, ...]:
    """
    One request, taken apart.
    """
    prefix = f"{wanted.database}/" if wanted.database else ""
    scopes = [prefix + scope for scope in wanted.scope] or [f"{prefix}*" if prefix else ""]
    return tuple(Grant(type=wanted.type, access=one, scope=scope) for one in accesses(wanted.access or "") for scope in scopes)


def request_digest(asked: Iterable[Grant]) -> str:
    """
    What an answer is an answer to: the same for the same pieces in any order.
    """
    return "sha256:" + hashlib.sha256(json.dumps(sorted(map(str, asked))).encode()).hexdigest()


def uncovered(asked: Iterable[Grant], granted: Iterable[Grant]) -> tuple[Grant, ...]:
    """
    What is asked for and not granted.
    """
    given = tuple(granted)
    return tuple(piece for piece in asked if not any(grant.covers(piece) for grant in given))


def unanswered(asked: Iterable[Grant], granted: Iterable[Grant]) -> tuple[Grant, ...]:
    """
    What is asked for and was not granted even in part.
    """
    given = tuple(granted)
    return tuple(piece for piece in uncovered(asked, given) if not any(piece.covers(grant) for grant in given))

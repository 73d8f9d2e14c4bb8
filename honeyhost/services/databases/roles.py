"""
Roles: whether a plugin's role in PostgreSQL can do more than was granted. Then nothing is done with it: so a grant taken
back counts although the privilege still stands in the database.
"""

from typing import Any

import psycopg

from honeyhost.services.databases.outcomes import Refused
from honeyhost.services.databases.ownership import Access
from honeyhost.services.databases.reach import Reach
from honeyhost.services.databases.relations import quoted, reached

_SHOWN = 5
_SELF = rb"""
SELECT format('has the attribute %s', a.name), format('ALTER ROLE %I NO%s', rolname, a.name)
FROM pg_roles, LATERAL (VALUES ('SUPERUSER', rolsuper), ('CREATEROLE', rolcreaterole), ('CREATEDB', rolcreatedb),
    ('REPLICATION', rolreplication), ('BYPASSRLS', rolbypassrls)) AS a(name, had)
WHERE rolname = session_user AND had
UNION ALL SELECT 'is not the role that logs in', format('ALTER ROLE %I RESET role', session_user)
WHERE session_user <> current_user
UNION ALL SELECT format('is a member of %I', g.rolname), format('REVOKE %I FROM %I', g.rolname, current_user)
FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = current_user::regrole
UNION ALL SELECT 'owns ' || CASE WHEN d.dbid IN (0, b.oid) THEN pg_describe_object(d.classid, d.objid, 0)
    ELSE 'objects in another database' END, format('REASSIGN OWNED BY %I TO the role of the platform', current_user)
FROM pg_shdepend d, pg_database b WHERE b.datname = current_database() AND d.refclassid = 'pg_authid'::regclass
    AND d.refobjid = current_user::regrole AND d.deptype = 'o'
UNION ALL SELECT format('may create schemas in %I', current_database()),
    format('REVOKE CREATE ON DATABASE %I FROM %I, PUBLIC', current_database(), current_user)
WHERE has_database_privilege(current_database(), 'CREATE')
UNION ALL SELECT format('may create objects in the schema %I', nspname),
    format('REVOKE CREATE ON SCHEMA %I FROM %I, PUBLIC', nspname, current_user)
FROM pg_namespace WHERE nspname !~ '^pg_(temp|toast_temp)_' AND has_schema_privilege(oid, 'CREATE')
UNION ALL SELECT format('may call %s, which runs as %I', p.oid::regprocedure, pg_get_userbyid(p.proowner)),
    format('REVOKE EXECUTE ON FUNCTION %s FROM %I, PUBLIC', p.oid::regprocedure, current_user)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND has_function_privilege(p.oid, 'EXECUTE')
UNION ALL SELECT format('has privileges of its own on %s', c.oid::regclass),
    format('REVOKE ALL ON %s FROM %I', c.oid::regclass, current_user)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL aclexplode(c.relacl) a
WHERE n.nspname IN ('pg_catalog', 'information_schema') AND a.grantee = current_user::regrole
"""
_PRIVILEGES = rb"""
SELECT CASE WHEN n.nspname = current_schema() THEN '' ELSE n.nspname::text END, COALESCE(t.relname, c.relname)::text,
    c.oid::regclass::text, CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE '' END, current_user::regrole::text,
    EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = 0), p.name
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_depend d ON c.relkind = 'S' AND d.classid = 'pg_class'::regclass AND d.objid = c.oid
        AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
    LEFT JOIN pg_class t ON t.oid = d.refobjid
    JOIN LATERAL (
        SELECT name FROM unnest('{SELECT,INSERT,UPDATE,REFERENCES}'::text[]) AS name
        WHERE c.relkind <> 'S' AND has_any_column_privilege(c.oid, name)
        UNION ALL SELECT name FROM unnest('{DELETE,TRUNCATE,TRIGGER}'::text[]) AS name
        WHERE c.relkind <> 'S' AND has_table_privilege(c.oid, name)
        UNION ALL SELECT name FROM unnest('{SELECT,USAGE,UPDATE}'::text[]) AS name
        WHERE c.relkind = 'S' AND has_sequence_privilege(c.oid, name)
    ) p ON true
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
ORDER BY 3, 7
"""
Finding = tuple[str, str]
"""What the role can do, and the SQL that mends it."""


def check_role(connection: psycopg.Connection[Any], reach: Reach) -> None:
    """
    Nothing, if the role of this connection can do no more than the plugin may.

    Raises:
        Refused: if it can; the tables are named, and what to do.
    """
    found = connection.execute(_SELF).fetchall()
    if not found:  # of a role that can do everything, that is all there is to say
        found = [*_too_many(connection, reach), *_too_far(connection, reach)]
    if not found:
        return
    role = connection.info.user
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise Refused(
        f"the role '{role}' in the database '{reach.database}' can do more than is granted: it "
        + "; it ".join(what for what, _ in found[:_SHOWN])
        + more,
        hint="; ".join(dict.fromkeys(mend for _, mend in found[:_SHOWN])),
    )


def _too_many(connection: psycopg.Connection[Any], reach: Reach) -> list[Finding]:
    """
    Privileges on what is out of reach.
    """
    found = []
    for schema, table, shown, kind, role, anybody, privilege in connection.execute(_PRIVILEGES).fetchall():
        access: Access = "read" if privilege == "SELECT" else "write"
        if not reach.allows(access, table, schema):
            grantees = f"{role}, PUBLIC" if anybody else role
            found.append((f"may {privilege} on {shown}", f"REVOKE {privilege} ON {kind}{shown} FROM {grantees}"))
    return found


def _too_far(connection: psycopg.Connection[Any], reach: Reach) -> list[Finding]:
    """
    Views and rules on what is within reach, which lead beyond: they do so with the privileges of their owner.
    """
    found = []
    for beyond in reached(connection):
        accesses: tuple[Access, ...] = ("read", "write") if beyond.writes else ("read",)
        if not all(reach.allows(access, beyond.table, beyond.schema) for access in accesses):
            mend = f"REVOKE ALL ON {beyond.view} FROM {quoted(connection.info.user)}, PUBLIC"
            found.append((f"reaches {beyond.shown} through {beyond.view}", mend))
    return found

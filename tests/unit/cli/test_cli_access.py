"""
People, consent, backup and the audit, in this process.
"""

import json
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from honeyhost.store.tokens import TokenTable

ASKS = [
    {"type": "db", "access": "readwrite", "scope": ["patient_*"], "purpose": {"en": "keeps patients"}},
    {"type": "http", "scope": ["fhir.acme.example"]},
]
SHOWN = """\
  GRANT                   ANSWER        PURPOSE
? db:read:patient_*       not answered  keeps patients
? db:write:patient_*      not answered  keeps patients
? http:fhir.acme.example  not answered
"""
WAITS = "healthcare 1.0.0 waits for an answer to db:read:patient_*, db:write:patient_*, http:fhir.acme.example"


@pytest.fixture
def finance(platform, said):
    platform.add("finance")
    assert said("apply")[0] == 0
    return platform


@pytest.fixture
def tokens(database):
    return TokenTable(database)


def test_the_text_of_a_token_is_alone_on_standard_output(tokens, said):
    code, out, err = said("token", "create", "ci", "--scope", "plugins.read", "--scope", "plugins.manage", "--expires", "90d")
    assert code == 0
    record = tokens.verify(out.strip())
    assert record.scopes == {"plugins.read", "plugins.manage"}
    assert timedelta(days=89) < record.expires_at - datetime.now(UTC) < timedelta(days=90)
    assert err == f"token {record.id} (ci), scopes plugins.manage, plugins.read; shown this once\n"


def test_a_token_for_programs(tokens, said):
    words = ["--permission", "finance.read", "--group", "accountants", "--expires", "2090-01-31T12:00+00:00"]
    document = json.loads(said("token", "create", "report", *words, "--json")[1])
    assert list(document) == ["version", "token", "secret"]
    assert tokens.verify(document["secret"]).id == document["token"]["id"]
    assert (document["token"]["permissions"], document["token"]["groups"]) == (["finance.read"], ["accountants"])
    assert document["token"]["expires_at"] == "2090-01-31T12:00:00+00:00"
    assert "hash" not in document["token"]


def test_rights_that_nothing_knows_are_kept_and_doubted(finance, said):
    said("group", "add", "accountants")
    words = ["--permission", "finance.raed", "--group", "acountants", "--group", "zzz"]
    code, out, err = said("token", "create", "report", *words)
    assert (code, out.count("\n")) == (0, 1)
    assert err.splitlines()[1:] == [
        "warning: no attached plugin declares the permission 'finance.raed'; did you mean finance.read?",
        "warning: there is no group 'acountants' yet; did you mean accountants?",
        "warning: there is no group 'zzz' yet",
    ]
    assert said("token", "create", "report", *words, "--json")[2] == ""
    words = ["--permission", "finance.read", "--permission", "*", "--group", "accountants"]
    assert "warning" not in said("token", "create", "report", *words)[2]


@pytest.mark.parametrize("text", ["soon", "90", "90y", "2090-01-31T12:00", "-1d"])
def test_an_end_that_is_none_is_wrong_use(platform, said, text):
    code, _, err = said("token", "create", "ci", f"--expires={text}")
    assert (code, err.splitlines()[0]) == (
        2,
        f"error[wrong-use]: '{text}' is neither a span nor a moment with its zone",
    )


def test_a_scope_that_is_none_is_wrong_use(platform, said):
    assert said("token", "create", "ci", "--scope", "plugins.raed")[0] == 2


def test_tokens_are_listed_rotated_and_revoked(tokens, said):
    assert said("token", "list") == (0, "", "there are no tokens\nnext: honeyhost token create NAME --scope plugins.read\n")
    first = said("token", "create", "ci", "--scope", "plugins.read", "--expires", "2h")[1].strip()
    second = said("token", "create", "idle")[1].strip()
    one, other = (tokens.verify(secret).id for secret in (first, second))
    rotated = said("token", "rotate", one[:6])[1].strip()
    assert (tokens.verify(first), tokens.verify(rotated).id) == (None, one)
    assert said("token", "revoke", other) == (0, f"○ {other} (idle) is revoked\n", "")
    assert tokens.verify(second) is None
    rows = {row.split()[1]: row for row in said("token", "list")[1].splitlines()[1:]}
    assert rows[one].startswith(f"✓ {one}  ci    valid, ends 20")
    assert rows[one].endswith("scopes plugins.read")
    assert rows[other].startswith(f"○ {other}  idle  revoked 20")
    assert rows[other].endswith("no rights")
    listed = json.loads(said("token", "list", "--json")[1])["tokens"]
    assert {token["id"] for token in listed} == {one, other}
    assert json.loads(said("token", "revoke", one, "--json")[1])["token"]["revoked_at"] is not None


def test_a_token_that_has_ended_says_when(database, said):
    past = datetime(2026, 1, 1, tzinfo=UTC)
    TokenTable(database, now=lambda: past).create("old", expires_at=past + timedelta(hours=1))
    assert "ended 2026-01-01T01:00:00+00:00" in said("token", "list")[1]


def test_a_token_that_is_not_there_or_not_the_only_one_is_wrong_use(platform, said, monkeypatch):
    assert said("token", "revoke", "abcd")[0] == 2
    ids = iter(["aaaa1111aaaa1111", "aaaa2222aaaa2222"])
    monkeypatch.setattr("honeyhost.store.tokens.secrets.token_hex", lambda _: next(ids))
    said("token", "create", "one")
    said("token", "create", "two")
    code, _, err = said("token", "revoke", "aaaa")
    assert code == 2
    assert err == (
        "error[wrong-use]: 2 tokens have an id that begins with 'aaaa'\nhelp: write aaaa1111aaaa1111 or aaaa2222aaaa2222\n"
    )
    assert said("token", "revoke", "aaa")[0] == 2


def test_a_group_is_made_filled_listed_emptied_and_removed(finance, said):
    assert said("group", "list") == (0, "", "there are no groups\nnext: honeyhost group add NAME --permission PERMISSION\n")
    words = ["--permission", "finance.read", "--member", "ada", "--label", "Accountants"]
    assert said("group", "add", "accountants", *words) == (
        0,
        "✓ accountants is made; has finance.read; has the member ada\n",
        "",
    )
    assert said("group", "add", "accountants")[1] == "✓ accountants is there already\n"
    assert said("group", "add", "accountants", *words[:4])[1] == (
        "✓ accountants has finance.read already; has the member ada already\n"
    )
    assert said("group", "remove", "accountants", "--permission", "finance.edit", "--member", "eve")[1] == (
        "✓ accountants did not have finance.edit; did not have the member eve\n"
    )
    assert said("group", "list")[1].splitlines() == [
        "GROUP        MEMBERS  PERMISSIONS",
        "accountants  ada      finance.read",
    ]
    (group,) = json.loads(said("group", "list", "--json")[1])["groups"]
    assert group == {
        "name": "accountants",
        "label": "Accountants",
        "members": ["ada"],
        "permissions": [{"permission": "finance.read", "owner": "finance", "source": "operator"}],
        "removed": [],
        "dormant": [],
    }
    assert json.loads(said("group", "add", "accountants", "--label", "Books", "--json")[1])["group"]["label"] == "Books"
    assert said("group", "remove", "accountants", "--permission", "finance.read", "--member", "ada")[1] == (
        "✓ accountants has finance.read no more; has the member ada no more\n"
    )
    assert said("group", "list")[1].splitlines()[1] == "accountants  nobody   none"
    assert said("group", "remove", "accountants")[1] == "✓ accountants is gone\n"
    assert json.loads(said("group", "list", "--json")[1])["groups"] == []


def test_a_group_that_cannot_be_filled_whole_is_not_made_at_all(finance, said):
    code, out, _ = said("group", "add", "accountants", "--permission", "finance.read", "--permission", "finance.raed")
    assert (code, out) == (1, "")
    assert json.loads(said("group", "list", "--json")[1])["groups"] == []


def test_a_group_that_is_not_there_is_told_with_the_one_that_was_meant(finance, said):
    said("group", "add", "accountants")
    assert said("group", "remove", "acountants") == (
        2,
        "",
        "error[wrong-use]: there is no group 'acountants'\nhelp: did you mean accountants?\n",
    )
    assert said("group", "remove", "zzz")[2].endswith("help: honeyhost group list\n")


def test_what_a_plugin_seeds_and_an_operator_took_out_is_told(platform, said):
    platform.add("finance", {"seed_groups": [{"name": "auditors", "permissions": ["finance.read"]}]})
    said("apply")
    said("group", "remove", "auditors", "--permission", "finance.read")
    assert said("group", "list")[1].splitlines()[1] == "auditors  nobody   finance.read (taken out)"


def asking(platform, *asks):
    platform.add("healthcare", {"host_permissions": list(asks or ASKS)})


NOBODY = "no process reports; it holds from the next start on\n"


def test_a_plugin_that_asks_is_shown_granted_and_admitted(platform, said):
    asking(platform)
    assert said("grant", "healthcare") == (
        0,
        SHOWN,
        f"{WAITS}\nnext: honeyhost grant healthcare --all\n",
    )
    assert said("list")[1].splitlines()[1].startswith("✗ healthcare  1.0.0    rejected  folder  grant-missing (+2): ")
    _, out, err = said("grant", "healthcare", "db:readwrite:patient_*")
    assert "✓ db:write:patient_*      granted by cli:" in out
    assert err.endswith("next: honeyhost grant healthcare --all\n")
    _, out, err = said("grant", "healthcare", "--all")
    assert out.count("granted by cli:") == 3
    assert err == f"healthcare 1.0.0 has all that it asks for\n{NOBODY}next: honeyhost apply\n"
    assert said("apply")[0] == 0
    assert said("list")[1].splitlines()[1].startswith("✓ healthcare  1.0.0    accepted")
    assert said("grant", "healthcare", "--show")[2] == "healthcare 1.0.0 has all that it asks for\n"


def test_an_answer_is_seen_by_the_list_that_apply_recorded(platform, said):
    asking(platform)
    said("apply")
    assert "rejected" in said("list")[1]
    said("grant", "healthcare", "--all")
    assert "accepted" in said("list")[1]


def test_a_plugin_goes_on_without_what_it_was_not_granted(platform, said):
    asking(platform, ASKS[0])
    said("grant", "healthcare", "--all")
    asking(platform)
    assert "accepted" in said("list")[1]
    assert "grant-open" in said("list")[1]
    assert said("grant", "healthcare")[2].startswith("healthcare 1.0.0 runs, and nobody has answered http:fhir.acme.example\n")
    _, out, err = said("grant", "healthcare", "--without-new-grants")
    assert out.splitlines()[-1] == "○ http:fhir.acme.example  withheld"
    assert err == f"healthcare 1.0.0 runs without http:fhir.acme.example\n{NOBODY}"
    assert "grant-open" not in said("list")[1]


def test_grants_that_are_taken_back_narrowed_or_not_asked_for_any_more(platform, said):
    asking(platform)
    said("grant", "healthcare", "--all")
    _, out, _ = said("grant", "healthcare", "--revoke", "db:write:patient_*", "db:write:patient_visits")
    assert "! db:write:patient_*      granted in part: db:write:patient_visits" in out
    asking(platform, ASKS[0])
    rows = said("grant", "healthcare")[1].splitlines()
    assert rows[-1].split(maxsplit=2) == ["http:fhir.acme.example", "granted", "asked for no more"]


def test_consent_for_programs(platform, said):
    asking(platform, ASKS[1])
    document = json.loads(said("grant", "healthcare", "--json")[1])
    assert (document["version"], document["plugin"]) == (1, {"name": "healthcare", "version": "1.0.0"})
    assert document["asked"] == [{"grant": "http:fhir.acme.example", "answer": "open", "purpose": None}]
    assert (document["waiting"], document["answered"]) == (["http:fhir.acme.example"], None)
    document = json.loads(said("grant", "healthcare", "http", "--json")[1])
    assert (document["waiting"], document["answered"]) == ([], document["request"])


def test_grants_of_an_unknown_writer_are_shown_as_they_are(platform, plugins, said):
    asking(platform, ASKS[1])
    said("grant", "healthcare", "http:fhir.acme.example")
    for said_of_it in ({"by": "api"}, True):
        plugins.upsert(replace(plugins.get("healthcare"), grants={"http:fhir.acme.example": said_of_it}))
        assert "✓ http:fhir.acme.example  granted" in said("grant", "healthcare")[1]


def test_wrong_grants_are_wrong_use(platform, said):
    asking(platform)
    assert said("grant", "healthcare", "--show", "--all")[0] == 2
    assert said("grant", "healthcare", "teleport")[0] == 2
    assert said("grant", "healthcare", "config")[0] == 2
    assert said("grant", "healthcare", "--revoke", "http")[0] == 2
    assert said("grant", "healthcar")[2].endswith("help: did you mean healthcare?\n")
    platform.write(platform.install / "plugins" / "legacy-crm" / "plugin.yaml", "name: [1\n")
    assert said("grant", "legacy-crm")[0] == 1
    platform.add("quiet")
    assert said("grant", "quiet") == (0, "", "quiet 1.0.0 asks nothing of the host\n")


def test_an_answer_that_changes_nothing_leaves_no_trace(platform, said):
    asking(platform, ASKS[1])
    said("grant", "healthcare", "--all")
    said("grant", "healthcare", "--all")
    assert len(json.loads(said("audit", "--json")[1])["records"]) == 1


def test_a_state_is_exported_to_a_file_of_its_owner_and_imported_elsewhere(finance, plugins, said, tmp_path):
    said("disable", "finance")
    said("configure", "finance", "password=hunter2", "greeting=hello")
    file = tmp_path / "state.json"
    assert said("state", "export", str(file)) == (0, f"✓ wrote {file}: 1 plugin\n", "")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "hunter2" not in file.read_text()
    assert "hello" in file.read_text()
    assert json.loads(said("state", "export", str(tmp_path / "again"), "--json")[1])["file"] == str(tmp_path / "again")
    assert said("state", "import", str(file), "--check") == (0, "", "nothing differs\n")
    said("enable", "finance")
    code, out, err = said("state", "import", str(file), "--check")
    assert code == 1
    assert "finance" in out
    assert err == "1 change, none of it done\n"
    assert said("state", "import", str(file), "--dry-run")[0] == 0
    assert plugins.get("finance").enabled
    code, out, err = said("state", "import", str(file))
    assert (code, err) == (0, "1 change\n")
    record = plugins.get("finance")
    assert (record.enabled, record.config["password"]) == (False, "hunter2")
    assert json.loads(said("state", "import", str(file), "--json")[1]) == {"version": 1, "changes": [], "done": True}


def test_a_state_that_cannot_be_written_or_read(finance, said, tmp_path):
    assert said("state", "export", str(tmp_path / "no" / "folder"))[0] == 1
    assert said("state", "import", str(tmp_path / "nothing"))[0] == 2
    (tmp_path / "odd").write_bytes(b"\xff")
    assert "it is not UTF-8" in said("state", "import", str(tmp_path / "odd"))[2]
    (tmp_path / "odd").write_text("[]")
    code, _, err = said("state", "import", str(tmp_path / "odd"))
    assert (code, err.splitlines()[1]) == (2, "help: honeyhost state export FILE writes one")


def test_a_state_is_piped(finance, said, monkeypatch, tmp_path):
    code, out, err = said("state", "export")
    assert (code, err) == (0, "")
    (tmp_path / "state").write_text(out)
    with (tmp_path / "state").open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert said("state", "import", "-") == (0, "", "nothing differs\n")


def test_the_audit_is_told_newest_first_by_page_and_by_target(finance, said):
    said("disable", "finance")
    said("configure", "finance", "password=hunter2")
    said("group", "add", "accountants")
    code, out, err = said("audit", "--limit", "2")
    assert code == 0
    rows = out.splitlines()
    assert rows[0].split() == ["ID", "WHEN", "WHO", "WHAT", "ON", "DETAILS"]
    assert len(rows) == 3
    oldest = rows[2].split()[0]
    assert err == f"next: honeyhost audit --before {oldest}\n"
    about = said("audit", "--plugin", "finance")[1]
    assert "plugin.configure" in about
    assert "accountants" not in about
    assert "hunter2" not in about
    assert said("audit", "--actor", "nobody in particular") == (0, "", "nothing was changed\n")
    actor = json.loads(said("audit", "--json")[1])["records"][0]["actor"]
    assert said("audit", "--actor", actor, "--plugin", "finance", "--limit", "1")[2].startswith(
        f"next: honeyhost audit --plugin finance --actor {actor} --before "
    )
    record = json.loads(said("audit", "--json", "--plugin", "finance")[1])["records"][0]
    assert list(record) == ["id", "at", "actor", "action", "target", "details"]


def test_the_audit_shows_digests_in_short_and_leaves_out_what_is_empty(platform, said, tmp_path):
    asking(platform, ASKS[1])
    digest = json.loads(said("grant", "healthcare", "--all", "--json")[1])["answered"]
    assert said("audit")[1].splitlines()[1].endswith(f'[] -> ["http:fhir.acme.example"], digest {digest[:15]}')
    file = str(tmp_path / "state.json")
    said("state", "export", file)
    said("disable", "healthcare")
    said("state", "import", file)
    assert said("audit")[1].splitlines()[1].endswith('changes ["plugin healthcare: enabled"]')

"""
The commands in this process; tests/functional starts them as a shell does.
"""

import json
import zipfile

import pytest
import typer

from honeyhost.__main__ import main
from honeyhost.cli.app import run
from honeyhost.cli.signatures import COMMANDS


@pytest.fixture
def mixed(platform):
    platform.add("finance")
    platform.add("healthcare", {"requires_host": ">=2.1"})
    platform.add("notes", {"odd": 1})
    platform.write(platform.install / "plugins" / "legacy-crm" / "plugin.yaml", "name: [1\n")
    return platform


def test_the_version_needs_no_command(capsys):
    assert main(["--version"]) == 0
    assert main(["--color=never", "--version"]) == 0
    assert capsys.readouterr().out == "honeyhost 0.1.0\nhoneyhost 0.1.0\n"


def test_arguments_come_from_the_shell_where_none_are_given(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["honeyhost", "-V"])
    assert main() == 0
    assert capsys.readouterr().out == "honeyhost 0.1.0\n"


def test_the_name_alone_is_a_short_help(said):
    code, out, err = said()
    assert (code, out) == (2, "")
    assert err.startswith("usage: honeyhost COMMAND\n  list ")


def test_help_of_the_program_and_of_commands(said):
    code, out, _ = said("--help")
    assert code == 0
    assert out.index("Examples:") < out.index("Commands:")
    for name in COMMANDS:
        assert said(*name.split(), "--help")[1].startswith(f"Usage: honeyhost {name} [OPTIONS]")


def test_the_name_of_a_group_alone_is_its_short_help(said):
    code, out, err = said("token")
    assert (code, out) == (2, "")
    assert err.startswith("usage: honeyhost token COMMAND\n  create  Make an access token; its text is shown this once.\n")
    code, out, err = said("token", "--help")
    assert (code, err) == (0, "")
    assert out.index("Examples:") < out.index("Commands:") < out.index("create  ")


def test_an_unknown_command_of_a_group_is_wrong_use(said):
    assert said("token", "crate") == (
        2,
        "",
        "error[wrong-use]: there is no command 'token crate'\nhelp: did you mean token create?\n",
    )
    assert said("token", "zzz")[2].endswith("help: honeyhost token --help\n")
    assert said("tokn")[2].endswith("help: did you mean token?\n")


def test_an_unknown_command_is_wrong_use(said):
    assert said("lsit") == (2, "", "error[wrong-use]: there is no command 'lsit'\nhelp: did you mean list?\n")


def test_list(mixed, said):
    code, out, err = said("list")
    assert code == 0
    assert [row.split()[1] for row in out.splitlines()[1:]] == ["finance", "healthcare", "legacy-crm", "notes"]
    assert err == "4 found: 2 accepted, 1 rejected, 1 unreadable\nnext: honeyhost why healthcare\n"


def test_list_of_good_plugins_goes_on_to_the_plan(platform, said):
    platform.add("finance")
    assert said("list")[2] == "1 found: 1 accepted\nnext: honeyhost plan\n"


def test_list_of_nothing(platform, said):
    code, out, err = said("list")
    assert (code, out) == (0, "")
    assert err.startswith("no plugins in the environment")


def test_list_as_json(mixed, said):
    assert json.loads(said("list", "--json")[1])["failures"][0]["name"] == "legacy-crm"


def test_an_archive_says_that_it_is_not_served_yet(platform, said, monkeypatch):
    archive = platform.data / "notes.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("plugin.yaml", "name: notes\nversion: 1.0.0\n")
    monkeypatch.setenv("HONEYHOST_ARCHIVES", str(archive))
    assert said("list")[1].splitlines()[1].split()[-5:] == ["served", "once", "it", "is", "installed"]
    assert said("why", "notes")[1].startswith("notes 1.0.0 is accepted, and served once it is installed\n")
    assert said("check", "notes")[0] == 0
    assert said("check", str(archive))[0] == 0


def test_a_contested_name_explains_each_claim(platform, said, monkeypatch):
    platform.add("notes")
    archive = platform.data / "notes.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("plugin.yaml", "name: notes\nversion: 1.0.0\n")
    monkeypatch.setenv("HONEYHOST_ARCHIVES", str(archive))
    out = said("why", "notes")[1]
    assert f"archive {archive}" in out
    assert f"directory {platform.install}/plugins/notes" in out
    assert len(json.loads(said("why", "notes", "--json")[1])["others"]) == 1


def test_why(mixed, said):
    code, out, err = said("why", "healthcare")
    assert code == 0
    assert out.startswith("healthcare 1.0.0 is rejected: 1 of ")
    assert err == "next: honeyhost explain host-too-old\n"
    assert said("why", "healthcare", "-v")[1].count("\n") > out.count("\n")
    assert said("why", "finance")[2] == ""


def test_why_of_the_unreadable(mixed, said):
    code, out, err = said("why", "legacy-crm")
    assert code == 0
    assert out.startswith("legacy-crm is unreadable: 1 error\n")
    assert err.startswith("next: honeyhost explain ")
    assert json.loads(said("why", "legacy-crm", "--json")[1])["checks"][0]["rule"] == "manifest"


def test_check(mixed, said):
    assert said("check", "finance") == (0, "", "finance: no problems\n")
    code, out, err = said("check", "notes")
    assert code == 0
    assert out.startswith("warning[unknown-field]: ")
    assert err == "notes: 1 warning\nnext: honeyhost explain unknown-field\n"
    assert said("check", "notes", "--strict")[0] == 1


def test_check_of_everything(mixed, said):
    code, out, _ = said("check", "--format", "json")
    assert code == 1
    assert [result["name"] for result in json.loads(out)["results"]] == ["finance", "healthcare", "legacy-crm", "notes"]


def test_check_for_another_host(mixed, said):
    code, out, _ = said("check", "healthcare", "--host-version", "1.0", "--format", "concise")
    assert code == 1
    assert "error[host-too-old]: plugin 'healthcare' 1.0.0 needs host >=2.1, this host is 1.0" in out
    assert said("check", "--host-version", "3.0", "--format", "github")[0] == 1  # the unreadable one


def test_check_of_a_folder_that_cannot_be_used(platform, said):
    root = platform.add("healthcare", {"sort": "many", "dbt_workspace": "nowhere/"})
    code, out, _ = said("check", str(root), "--json")
    paths = [problem["path"] for problem in json.loads(out)["results"][0]["problems"]]
    assert code == 1
    assert "sort" in paths
    assert len(paths) == len(set(paths))


def test_check_of_nothing(platform, said):
    code, out, err = said("check", "nowhere/at-all")
    assert code == 1
    assert out.startswith("error[target-not-found]: 'nowhere/at-all' is neither a path nor the name of a plugin\n")
    assert err == "nowhere/at-all: 1 error\nnext: honeyhost explain target-not-found\n"


def test_check_of_a_folder_without_a_manifest(platform, said):
    assert said("check", str(platform.data))[1].startswith("error[manifest-missing]: ")


def test_config_and_schema(platform, said):
    assert said("config")[1].startswith("SETTING ")
    assert json.loads(said("config", "--json")[1])["settings"][0]["name"] == "install_dir"
    assert json.loads(said("schema")[1]) == json.loads(said("schema", "--json")[1])


def test_explain(said):
    assert said("explain", "refused")[1].startswith("refused\n")
    assert said("explain")[1].startswith("CODE ")
    assert json.loads(said("explain", "refused", "--json")[1])["codes"][0]["code"] == "refused"
    assert said("explain", "refuzed")[2].endswith("help: did you mean refused?\n")
    assert said("explain", "zzz")[2].endswith("help: honeyhost explain lists every code\n")


def test_plan_and_apply(platform, said):
    platform.add("finance")
    code, out, err = said("plan", "--detail", "--check")
    assert code == 1
    assert out.startswith("+ finance 1.0.0\n")
    assert err.splitlines()[-1].startswith("next: honeyhost apply --digest ")
    assert json.loads(said("plan", "--json")[1])["failures"] == []
    assert said("apply", "--check")[0] == 1
    assert said("apply", "--digest", "00000000")[0] == 1
    assert said("apply", "--digest", "00000000", "--json")[0] == 1
    code, out, _ = said("apply")
    assert code == 0
    assert out.startswith("✓ finance  attached")
    assert said("plan", "--all")[1].startswith("  finance 1.0.0  unchanged\n")
    assert said("plan", "--check")[0] == 0
    assert json.loads(said("apply", "--json")[1])["failures"] == []
    assert said("apply")[1].startswith("nothing to change   snapshot sha256:")


def test_plan_and_apply_of_a_plugin_that_fails(platform, said):
    platform.add("finance", files={"backend/notes.py": "raise RuntimeError('no such day')"})
    assert "✗ finance 1.0.0 cannot be attached: " in said("plan")[1]
    code, out, err = said("apply")
    assert code == 1
    assert out.startswith("✗ finance  rolled back  ")
    assert err.splitlines()[-1].startswith("next: honeyhost explain ")
    assert json.loads(said("plan", "--json")[1])["failures"][0]["plugin"] == "finance"


def test_an_interrupt_in_a_command_is_130(said, monkeypatch):
    def interrupted(_context: typer.Context):
        raise KeyboardInterrupt

    monkeypatch.setitem(COMMANDS, "list", interrupted)
    assert said("list")[0] == 130


@pytest.fixture
def completed(monkeypatch, capsys):
    """
    The words that a shell would offer for the last one typed.
    """

    def complete(typed):
        monkeypatch.setenv("_HONEYHOST_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", typed)
        monkeypatch.setenv("COMP_CWORD", str(typed.count(" ")))
        with pytest.raises(SystemExit):
            run([])
        return capsys.readouterr().out.split()

    return complete


def test_a_shell_is_offered_commands_plugins_and_codes(mixed, completed):
    assert completed("honeyhost ch") == ["check"]
    assert completed("honeyhost tok") == ["token"]
    assert completed("honeyhost token re") == ["revoke"]
    assert completed("honeyhost disable f") == ["finance"]
    assert completed("honeyhost why f") == ["finance"]
    assert completed("honeyhost check l") == ["legacy-crm"]
    assert completed("honeyhost explain missing-e") == ["missing-extra"]


def test_a_shell_is_offered_nothing_where_settings_are_wrong(mixed, completed, monkeypatch):
    monkeypatch.setenv("HONEYHOST_TRUST", "maybe")
    assert completed("honeyhost why f") == []


def test_wrong_use_is_told_with_the_usage_and_what_was_probably_meant(said):
    code, _, err = said("list", "--jsno")
    assert code == 2
    assert err == "error[wrong-use]: no such option: --jsno\nusage: honeyhost list [OPTIONS]\nhelp: did you mean --json?\n"
    assert said("why")[2] == (
        "error[wrong-use]: missing argument 'NAME'\nusage: honeyhost why [OPTIONS] NAME\nhelp: honeyhost why --help\n"
    )
    assert said("list", "--color", "pink")[2].startswith(
        "error[wrong-use]: invalid value for '--color': 'pink' is not one of 'auto', 'always', 'never'\n"
    )
    assert json.loads(said("why", "--json")[1])["error"]["code"] == "wrong-use"
    assert said("--color", "never")[2].startswith("error[wrong-use]: missing command\n")


def test_an_unknown_plugin_is_told_with_the_one_that_was_probably_meant(mixed, said):
    assert said("why", "healthcar") == (
        2,
        "",
        "error[unknown-plugin]: there is no plugin 'healthcar' on this host\nhelp: did you mean healthcare?\n",
    )
    assert said("why", "legacy-crn")[2].endswith("help: did you mean legacy-crm?\n")
    assert said("why", "zzz")[2].endswith("help: honeyhost list shows every plugin that was found\n")


def test_what_belongs_to_no_plugin_stands_beside_the_list(platform, said):
    platform.add("finance")
    platform.add("finance", customer=True)
    assert said("list")[2].startswith("warning[plugin-shadowed]: ")


def test_what_is_not_installed_is_asked_about_another_host_too(platform, said):
    archive = platform.data / "notes.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("plugin.yaml", "name: notes\nversion: 1.0.0\nmin_host_version: '2.0'\n")
    code, out, _ = said("check", str(archive), "--host-version", "1.0", "--json")
    (problem,) = json.loads(out)["results"][0]["problems"]
    assert (code, problem["code"], problem["params"]) == (1, "host-too-old", {"required": ">=2.0", "actual": "1.0"})
    assert problem["line"] == 3


def test_an_unreadable_archive_is_checked_without_a_quotation(platform, said):
    archive = platform.data / "notes.zip"
    archive.write_bytes(b"no zip")
    code, out, _ = said("check", str(archive))
    assert code == 1
    assert out.startswith("error[")
    assert " | " not in out


def test_a_link_out_of_the_plugin_is_not_quoted(platform, said):
    secret = platform.data / "secret"
    secret.write_text("root: hunter2")
    root = platform.install / "plugins" / "healthcare"
    root.mkdir()
    (root / "plugin.yaml").symlink_to(secret)
    code, out, err = said("check", str(root))
    assert code == 1
    assert "hunter2" not in out + err


def test_check_finds_what_the_manifest_points_at_and_is_not_there(platform, said):
    platform.add("finance", {"routers": [{"router": ".backend.notes:ruter", "permission": "finance.read"}]})
    code, out, _ = said("check", "finance")
    assert code == 1
    assert "6 | - router: .backend.notes:ruter\n  |           ^^^^^^^^^^^^^^^^^^^^\n" in out


def test_a_folder_is_asked_about_another_host_in_the_place_of_the_installed_one(platform, said):
    platform.add("finance")
    platform.write(platform.data / "work" / "finance" / "plugin.yaml", "name: finance\nversion: 2.0.0\n")
    assert said("check", str(platform.data / "work" / "finance"), "--host-version", "1.0")[:2] == (0, "")


def test_check_goes_on_to_the_worst(platform, said):
    platform.write(platform.data / "finance" / "plugin.yaml", "odd: 1\nname: finance\nversion: 2.0.0\nsort: many\n")
    err = said("check", str(platform.data / "finance"))[2]
    assert err.startswith("finance: 1 error, 1 warning\nnext: honeyhost explain ")
    assert "unknown-field" not in err

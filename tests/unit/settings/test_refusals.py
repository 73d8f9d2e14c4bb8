"""
What is wrong with settings is said all at once, with its place and the word that was meant, and without a secret.
"""

import pytest

from honeyhost.errors import SettingsError
from honeyhost.settings import Settings


def refused(**arguments: object) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        Settings(**arguments)
    return caught.value


def test_a_misspelt_variable_is_named_with_the_one_that_was_meant(monkeypatch):
    monkeypatch.setenv("HONEYHOST_ADMIN_TOKN", "s3cret")

    error = refused()

    assert error.message == "there is no setting HONEYHOST_ADMIN_TOKN"
    assert error.hint == "did you mean HONEYHOST_ADMIN_TOKEN?"
    assert "s3cret" not in str(error.to_problem())


def test_a_variable_that_is_like_none_hints_at_the_list(monkeypatch):
    monkeypatch.setenv("HONEYHOST_XYLOPHONE", "1")

    assert refused().hint == "honeyhost config shows every setting"


def test_a_key_below_a_setting_that_holds_no_mapping_is_unknown(monkeypatch):
    monkeypatch.setenv("HONEYHOST_TRUST__X", "off")

    assert refused().message == "there is no setting HONEYHOST_TRUST__X"


def test_a_misspelt_key_of_the_file_is_named_with_its_line(folder):
    (folder / "honeyhost.toml").write_text('# settings\n\ndatadir = "/srv"\n')

    error = refused()

    assert error.message == "there is no setting datadir (honeyhost.toml:3)"
    assert error.hint == "did you mean data_dir?"


def test_a_misspelt_argument_is_named():
    error = refused(instal_dir="/srv")

    assert error.message == "there is no setting instal_dir (argument)"
    assert error.hint == "did you mean install_dir?"


def test_a_wrong_word_is_named_with_those_that_there_are(monkeypatch):
    monkeypatch.setenv("HONEYHOST_TRUST", "requir")

    error = refused()

    assert error.message == "the setting trust (HONEYHOST_TRUST) cannot be used: 'requir' is none of off, warn, require"
    assert error.hint == "did you mean 'require'?"


def test_a_wrong_word_that_is_like_none_has_no_hint():
    assert refused(trust="xylophone").hint is None


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("debug", "maybe", "'maybe': true or false is needed"),
        ("start_timeout", "soon", "'soon': a number is needed"),
        ("start_timeout", "0", "'0': input should be greater than 0"),
        ("start_timeout", "inf", "'inf': input should be a finite number"),
        ("request_timeout", "-1", "'-1': input should be greater than 0"),
        ("max_body_size", "much", "'much': a number of bytes is needed, or text such as 10MiB"),
        ("max_body_size", "3 apples", "'3 apples': a number of bytes is needed, or text such as 10MiB"),
        ("host_version", "one", "'one': a version (PEP 440) is needed"),
        ("install_dir", " ", "' ': a path is needed"),
        ("data_dir", "a\0b", "'a\0b': a path is needed"),
        ("install_dir", 3, "'3': a path is needed"),
        ("install_dir", ["/srv"], "a path is needed"),
        ("archives", "[1", "'[1': this is not a JSON array"),
        ("pins", "finance", "'finance': a JSON object is needed"),
        ("overrides", "[1, 2]", "'[1, 2]': a JSON object is needed"),
        ("database_url", "mysql://ada:s3cret@db/x", "write sqlite:////path or postgresql+psycopg://user@host/name"),
        ("cache_url", "memcached://s3cret", "write mem:// or redis://host:6379/0"),
        ("admin_token", "s3cret token", "a token is ASCII text without spaces: it is sent in a header"),
        ("admin_token", "s3crét", "a token is ASCII text without spaces: it is sent in a header"),
        ("admin_token", "", "a token is ASCII text without spaces: it is sent in a header"),
        ("admin_token", ["s3cret"], "text is needed"),
        ("host_version", "x" * 81, "a version (PEP 440) is needed"),
        ("trust", ["off"], "input should be 'off', 'warn' or 'require'"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_needed(name, value, why):
    error = refused(**{name: value})

    assert error.message == f"the setting {name} (argument) cannot be used: {why}"
    assert error.code == "settings-invalid"
    assert "s3c" not in str(error.to_problem())
    assert error.__cause__ is None


def test_a_wrong_part_of_a_mapping_or_list_is_named_with_its_path(folder):
    (folder / "honeyhost.toml").write_text(
        'archives = ["/a", 3]\n[overrides]\nhealthcare = ["host-versio"]\n[pins]\nfinance = ""\n"Bad Slug" = "x"\n'
    )

    error = refused()

    assert [problem.message for problem in error.problems] == [
        "the setting archives[1] (honeyhost.toml:1) cannot be used: '3': a path is needed",
        "the setting overrides.healthcare[0] (honeyhost.toml:2) cannot be used: 'host-versio' is none of host-version, python-version",
        "the setting pins.finance (honeyhost.toml:4) cannot be used: '': string should have at least 1 character",
        "the setting pins.Bad Slug (honeyhost.toml:4) cannot be used: 'Bad Slug': this cannot be the name of a plugin",
    ]
    assert [problem.path for problem in error.problems] == [
        "archives[1]",
        "overrides.healthcare[0]",
        "pins.finance",
        "pins.Bad Slug",
    ]
    assert [(problem.file, problem.line) for problem in error.problems] == [("honeyhost.toml", line) for line in (1, 2, 4, 4)]


def test_everything_wrong_is_said_at_once(folder, monkeypatch):
    (folder / "honeyhost.toml").write_text('trsut = "off"\ndebug = "maybe"\n')
    monkeypatch.setenv("HONEYHOST_INSTALL_DIR", " ")
    monkeypatch.setenv("HONEYHOST_PIN", "x")

    error = refused(trust="no")

    assert error.message == "5 settings cannot be used"
    assert error.hint == "honeyhost config shows every setting"
    assert str(error).splitlines() == [
        "5 settings cannot be used",
        "there is no setting trsut (honeyhost.toml:1)",
        "there is no setting HONEYHOST_PIN",
        "the setting install_dir (HONEYHOST_INSTALL_DIR) cannot be used: ' ': a path is needed",
        "the setting trust (argument) cannot be used: 'no' is none of off, warn, require",
        "the setting debug (honeyhost.toml:2) cannot be used: 'maybe': true or false is needed",
    ]
    assert error.to_problem().params["problems"][0]["hint"] == "did you mean trust?"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"trust = \n", "honeyhost.toml:1:9 is not TOML: invalid value"),
        (b"trust = 'off'\ntrust = 'warn'\n", "honeyhost.toml:2:15 is not TOML: cannot overwrite a value"),
        (b"archives = [", "honeyhost.toml is not TOML: invalid value"),
        (b"trust = '\xff'", "honeyhost.toml cannot be read: it is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_its_place(folder, content, message):
    (folder / "honeyhost.toml").write_bytes(content)

    assert refused().message == message


def test_a_folder_in_the_place_of_the_file_is_named(folder):
    (folder / "honeyhost.toml").mkdir()

    assert refused().message == "honeyhost.toml cannot be read: Is a directory"


def test_a_broken_file_does_not_hide_the_other_mistakes(folder, monkeypatch):
    (folder / "honeyhost.toml").write_text("= 3")
    monkeypatch.setenv("HONEYHOST_DEBUG", "maybe")

    assert [problem.message for problem in refused().problems] == [
        "honeyhost.toml:1:1 is not TOML: invalid statement",
        "the setting debug (HONEYHOST_DEBUG) cannot be used: 'maybe': true or false is needed",
    ]


@pytest.mark.parametrize("text", ["finance", "[1, 2]"])
def test_a_variable_for_a_mapping_has_to_hold_a_json_object(monkeypatch, text):
    monkeypatch.setenv("HONEYHOST_PINS", text)

    assert refused().message == f"the setting pins (HONEYHOST_PINS) cannot be used: '{text}': a JSON object is needed"

"""
Settings: where values come from, what they default to, and what they are turned into.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from pydantic import Field, ValidationError

from honeyhost import __version__
from honeyhost.errors import SettingsError
from honeyhost.names import MASK
from honeyhost.resolver import profile as resolver_profile
from honeyhost.settings import SettingOrigin, Settings, shapes


def source(settings: Settings, name: str) -> str:
    return next(origin.source for origin in settings.origins() if origin.name == name)


def test_everything_has_a_default_below_the_working_directory(folder):
    settings = Settings.load()

    assert settings.model_dump() == {
        "install_dir": folder,
        "data_dir": folder / ".honeyhost",
        "host_version": __version__,
        "database_url": f"sqlite:///{folder}/.honeyhost/honeyhost.db",
        "cache_url": "mem://",
        "databases": {},
        "database_roles": {},
        "query_timeout": 5.0,
        "query_rows": 10_000,
        "internal_hosts": (),
        "http_timeout": 30.0,
        "http_max_size": 10_485_760,
        "mail_url": None,
        "mail_sender": None,
        "operation_limits": {},
        "platform_config": {},
        "log_records": 1000,
        "frontend_manifest": folder / ".honeyhost/frontend/pluginsManifest.ts",
        "dbt_project_dir": folder / ".honeyhost/dbt",
        "platform_permissions": (),
        "trust": "warn",
        "fallback_directories": True,
        "archives": (),
        "object_manifests": False,
        "overrides": {},
        "pins": {},
        "admin_token": None,
        "debug": False,
        "start_timeout": 30.0,
        "max_body_size": 10_485_760,
        "request_timeout": None,
        "stop_timeout": 10.0,
        "drain_timeout": 10.0,
        "call_timeout": 30.0,
        "health_interval": 60.0,
        "watch": False,
        "safe_mode": False,
        "heartbeat": 5.0,
        "drift_grace": 10.0,
        "database_failure": "last-known",
        "session_hours": 12.0,
        "control_rate": 60,
    }
    assert {origin.source for origin in settings.origins()} == {"default"}
    assert (settings.bundled_root, settings.customer_root) == (folder / "plugins", folder / ".honeyhost/plugins")


@pytest.mark.parametrize("mark", [".git/", "honeyhost.toml", "plugins/"])
def test_the_installation_is_the_nearest_folder_upwards_that_looks_like_one(tmp_path, monkeypatch, mark):
    root = tmp_path / "elsewhere"
    inner = root / "backend" / "app"
    inner.mkdir(parents=True)
    (root / mark).mkdir() if mark.endswith("/") else (root / mark).touch()
    monkeypatch.chdir(inner)

    assert Settings.load().install_dir == root


def test_without_any_mark_the_installation_is_the_working_directory(tmp_path, monkeypatch):
    here = tmp_path / "empty"
    here.mkdir()
    monkeypatch.chdir(here)

    assert Settings.load().install_dir == here


def test_a_frontend_and_a_dbt_project_of_the_platform_are_used(folder):
    (folder / "frontend").mkdir()
    (folder / "dbt").mkdir()

    settings = Settings.load()

    assert settings.frontend_manifest == folder / "frontend/src/generated/pluginsManifest.ts"
    assert settings.dbt_project_dir == folder / "dbt"


def test_the_variables_of_the_seed_platform_are_read(monkeypatch):
    monkeypatch.setenv("INSTALL_DIR", "/opt/platform")
    monkeypatch.setenv("DATA_DIR", "/var/lib/platform")

    settings = Settings.load()

    assert settings.bundled_root == Path("/opt/platform/plugins")
    assert settings.customer_root == Path("/var/lib/platform/plugins")
    assert settings.database_url == "sqlite:////var/lib/platform/honeyhost.db"
    assert source(settings, "install_dir") == "INSTALL_DIR"


def test_the_data_lie_in_the_installation_where_only_that_is_named(monkeypatch):
    monkeypatch.setenv("INSTALL_DIR", "/opt/platform")

    assert Settings.load().data_dir == Path("/opt/platform/.honeyhost")


def test_arguments_win_over_variables_over_the_seeds_over_the_file_over_defaults(folder, monkeypatch):
    (folder / "honeyhost.toml").write_text('install_dir = "/file"\ndata_dir = "/file"\nhost_version = "1"\ntrust = "off"\n')
    monkeypatch.setenv("INSTALL_DIR", "/seed")
    monkeypatch.setenv("DATA_DIR", "/seed")
    monkeypatch.setenv("HONEYHOST_DATA_DIR", "/ours")
    monkeypatch.setenv("HONEYHOST_HOST_VERSION", "2")

    settings = Settings(host_version="3")

    assert (settings.host_version, source(settings, "host_version")) == ("3", "argument")
    assert (settings.data_dir, source(settings, "data_dir")) == (Path("/ours"), "HONEYHOST_DATA_DIR")
    assert (settings.install_dir, source(settings, "install_dir")) == (Path("/seed"), "INSTALL_DIR")
    assert (settings.trust, source(settings, "trust")) == ("off", "honeyhost.toml:4")


def test_an_empty_variable_counts_as_none(monkeypatch):
    for name in ("HONEYHOST_ADMIN_TOKEN", "HONEYHOST_TRUST", "HONEYHOST_TRUTS", "INSTALL_DIR"):
        monkeypatch.setenv(name, "")

    settings = Settings.load()

    assert settings.admin_token is None
    assert {origin.source for origin in settings.origins()} == {"default"}


def test_variables_that_an_orchestrator_sets_for_a_service_of_our_name_are_left_alone(monkeypatch):
    for name, value in {
        "HONEYHOST_SERVICE_HOST": "10.0.0.1",
        "HONEYHOST_SERVICE_PORT": "8000",
        "HONEYHOST_SERVICE_PORT_HTTP": "8000",
        "HONEYHOST_PORT": "tcp://10.0.0.1:8000",
        "HONEYHOST_PORT_8000_TCP": "tcp://10.0.0.1:8000",
        "HONEYHOST_PORT_8000_TCP_ADDR": "10.0.0.1",
        "HONEYHOST_API_SERVICE_HOST": "10.0.0.2",
        "HONEYHOST_API_PORT": "udp://10.0.0.2:8000",
    }.items():
        monkeypatch.setenv(name, value)

    assert Settings.load() == Settings()


def test_a_port_that_is_no_link_is_an_unknown_setting(monkeypatch):
    monkeypatch.setenv("HONEYHOST_PORT", "8000")

    with pytest.raises(SettingsError, match=r"^there is no setting HONEYHOST_PORT$"):
        Settings.load()


def test_text_of_variables_becomes_what_the_setting_holds(folder, monkeypatch):
    for name, value in {
        "FALLBACK_DIRECTORIES": "no",
        "DEBUG": "1",
        "ARCHIVES": f"wheels:/srv/more::{folder}/a.zip",
        "START_TIMEOUT": "2.5",
        "REQUEST_TIMEOUT": "60",
        "MAX_BODY_SIZE": "3MiB",
        "OVERRIDES": '{"healthcare": ["host-version"], "finance": "host-version, python-version"}',
        "PINS": '{"healthcare": "honeyframe-healthcare"}',
    }.items():
        monkeypatch.setenv(f"HONEYHOST_{name}", value)

    settings = Settings.load()

    assert (settings.fallback_directories, settings.debug) == (False, True)
    assert settings.archives == (folder / "wheels", Path("/srv/more"), folder / "a.zip")
    assert (settings.start_timeout, settings.request_timeout, settings.max_body_size) == (2.5, 60.0, 3 * 1024 * 1024)
    assert settings.overrides == {"healthcare": {"host-version"}, "finance": {"host-version", "python-version"}}
    assert settings.pins == {"healthcare": "honeyframe-healthcare"}


def test_a_list_may_be_json_in_a_variable(monkeypatch):
    monkeypatch.setenv("HONEYHOST_ARCHIVES", '["/a:b", "/c"]')

    assert Settings.load().archives == (Path("/a:b"), Path("/c"))


def test_one_key_of_a_mapping_may_have_a_variable_of_its_own(monkeypatch):
    monkeypatch.setenv("HONEYHOST_OVERRIDES__MY_PLUGIN", '["host-version"]')
    monkeypatch.setenv("HONEYHOST_PINS__FINANCE", "honeyframe-finance")
    monkeypatch.setenv("HONEYHOST_PINS___DEMO_ONE", "honeyframe-demo")

    settings = Settings.load()

    assert settings.overrides == {"my-plugin": {"host-version"}}
    assert settings.pins == {"finance": "honeyframe-finance", "_demo-one": "honeyframe-demo"}
    assert source(settings, "pins") == "HONEYHOST_PINS__FINANCE, HONEYHOST_PINS___DEMO_ONE"


def test_a_mapping_is_put_together_from_all_places(folder, monkeypatch):
    (folder / "honeyhost.toml").write_text('debug = true\n\n[pins]\na = "file"\nb = "file"\n')
    monkeypatch.setenv("HONEYHOST_PINS", '{"b": "whole", "c": "whole"}')
    monkeypatch.setenv("HONEYHOST_PINS__C", "key")

    settings = Settings(pins={"d": "argument"})

    assert settings.pins == {"a": "file", "b": "whole", "c": "key", "d": "argument"}
    assert source(settings, "pins") == "honeyhost.toml:3, HONEYHOST_PINS, HONEYHOST_PINS__C, argument"


def test_the_file_holds_values_of_their_own_types(folder):
    (folder / "honeyhost.toml").write_text(
        '# the platform\nfallback_directories = false\narchives = [\n  "wheels",\n]\nmax_body_size = 1024\nrequest_timeout = 5\n'
        '\n[overrides]\nhealthcare = ["host-version"]\n',
        encoding="utf-8-sig",
    )

    settings = Settings.load()

    assert (settings.fallback_directories, settings.max_body_size, settings.request_timeout) == (False, 1024, 5.0)
    assert settings.archives == (folder / "wheels",)
    assert settings.overrides == {"healthcare": {"host-version"}}
    assert [source(settings, name) for name in ("archives", "max_body_size", "overrides")] == [
        "honeyhost.toml:3",
        "honeyhost.toml:6",
        "honeyhost.toml:9",
    ]


def test_paths_are_taken_from_the_working_directory_and_from_home(folder, monkeypatch):
    monkeypatch.setenv("HOME", "/home/ada")

    settings = Settings(install_dir="..", data_dir="~/data", dbt_project_dir=Path("models"))

    assert settings.install_dir == folder / ".."
    assert settings.data_dir == Path("/home/ada/data")
    assert settings.dbt_project_dir == folder / "models"


def test_the_default_database_stands_whatever_characters_its_folder_has(tmp_path):
    assert Settings(data_dir=tmp_path / "100%?#").database_url == f"sqlite:///{tmp_path}/100%25%3F%23/honeyhost.db"


def test_settings_cannot_be_changed():
    settings = Settings.load()

    with pytest.raises(ValidationError):
        settings.trust = "off"


def test_a_platform_can_have_settings_of_its_own(folder, monkeypatch):
    class PlatformSettings(Settings):
        billing_url: str
        regions: dict[str, str] = Field(default_factory=dict)

    with pytest.raises(SettingsError) as caught:
        PlatformSettings.load()
    assert caught.value.message == "the setting billing_url is needed"
    assert caught.value.hint == "set HONEYHOST_BILLING_URL"

    monkeypatch.setenv("HONEYHOST_BILLING_URL", "https://billing.example")
    monkeypatch.setenv("HONEYHOST_REGIONS__EU", "Frankfurt")
    settings = PlatformSettings.load()
    assert (settings.billing_url, settings.regions) == ("https://billing.example", {"eu": "Frankfurt"})
    assert source(settings, "billing_url") == "HONEYHOST_BILLING_URL"


def test_secrets_are_shown_nowhere(monkeypatch):
    monkeypatch.setenv("HONEYHOST_ADMIN_TOKEN", "s3cret")
    monkeypatch.setenv(
        "HONEYHOST_DATABASE_URL", "postgresql+psycopg://ada:s3c@ret@db/honeyhost?sslpassword=s3cret&sslmode=require"
    )
    monkeypatch.setenv("HONEYHOST_CACHE_URL", "rediss://:s3cret@cache:6379/0")

    settings = Settings.load()
    shown = {origin.name: origin.value for origin in settings.origins()}

    assert shown["admin_token"] == "********"
    assert shown["database_url"] == "postgresql+psycopg://ada:********@db/honeyhost?sslpassword=********&sslmode=require"
    assert shown["cache_url"] == "rediss://:********@cache:6379/0"
    for text in (
        repr(settings),
        str(settings),
        repr(settings.origins()),
        json.dumps([one.to_json() for one in settings.origins()]),
    ):
        assert "s3c" not in text
    assert settings.admin_token.get_secret_value() == "s3cret"


def test_an_origin_is_shown_as_text_and_as_json(folder):
    settings = Settings(archives="/a:/b", overrides={"x": ["python-version", "host-version"]}, debug=True)
    origins = {origin.name: origin for origin in settings.origins()}

    assert origins["archives"] == SettingOrigin(name="archives", value="/a, /b", source="argument", data=["/a", "/b"])
    assert origins["overrides"].value == '{"x": ["host-version", "python-version"]}'
    assert [
        origins[name].value for name in ("debug", "pins", "admin_token", "start_timeout", "max_body_size", "install_dir")
    ] == [
        "true",
        "none",
        "none",
        "30.0",
        "10485760",
        str(folder),
    ]
    assert {one.name: one.value for one in Settings.load().origins()}["archives"] == "none"
    assert origins["debug"].to_json() == {"name": "debug", "value": True, "source": "argument"}
    assert [origin.name for origin in settings.origins()] == list(Settings.model_fields)


def test_the_profile_names_where_the_version_came_from(monkeypatch):
    assert Settings.load().profile() == resolver_profile.HostProfile(host_version=__version__, host_version_source="default")
    monkeypatch.setenv("HONEYHOST_HOST_VERSION", "2.1")

    profile = Settings.load().profile()

    assert (profile.host_version, profile.host_version_source) == ("2.1", "HONEYHOST_HOST_VERSION")


def test_the_policy_holds_the_operators_wishes():
    settings = Settings(trust="require", overrides={"healthcare": ["host-version"]}, pins={"finance": "honeyframe-finance"})

    assert settings.policy() == resolver_profile.Policy(
        trust="require", overrides={"healthcare": frozenset({"host-version"})}, pins={"finance": "honeyframe-finance"}
    )


@pytest.mark.parametrize("text", ["users.read,users.edit", '["users.read", "users.edit"]'])
def test_permissions_of_the_platform_are_the_catalog_of_the_resolver(text, monkeypatch):
    monkeypatch.setenv("HONEYHOST_PLATFORM_PERMISSIONS", text)
    assert Settings.load().profile().catalog == {"users.read": "host", "users.edit": "host"}


def test_what_is_no_permission_is_refused(monkeypatch):
    monkeypatch.setenv("HONEYHOST_PLATFORM_PERMISSIONS", "users")
    with pytest.raises(SettingsError, match="this cannot be a permission; write it like"):
        Settings.load()


def test_the_words_for_trust_and_overrides_are_the_resolvers():
    assert get_args(shapes.Trust) == get_args(resolver_profile.Trust)
    assert set(get_args(shapes.Waivable)) == resolver_profile.WAIVABLE


def test_the_places_to_look_are_the_settings(folder):
    settings = Settings(archives="/srv/wheels", fallback_directories=False, object_manifests=True)

    options = settings.discovery_options()

    assert (options.bundled_root, options.customer_root) == (folder / "plugins", folder / ".honeyhost/plugins")
    assert (options.archives, options.directories, options.entry_points) == ((Path("/srv/wheels"),), False, True)
    assert options.object_manifests is True
    assert options.path == settings.import_path() == tuple(sys.path)


def test_reading_settings_imports_none_of_the_rooms_they_are_for(folder):
    program = (
        "import sys\nfrom honeyhost.settings import Settings\nSettings.load().origins()\n"
        "rooms = {name.split('.')[1] for name in sys.modules if name.startswith('honeyhost.')}\n"
        "print(sorted(rooms), sorted(sys.modules.keys() & {'fastapi', 'sqlalchemy', 'yaml', 'importlib_metadata', 'sqlite3'}))"
    )

    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout == "['diagnostics', 'errors', 'names', 'settings'] []\n"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ({"mail_sender": "platform@example.com"}, "platform@example.com"),
        ({"mail_sender": "Acme Clinics <platform@example.com>"}, "Acme Clinics <platform@example.com>"),
        ({"mail_url": "smtp+starttls://ada:secret@mail.example.com:587"}, f"smtp+starttls://ada:{MASK}@mail.example.com:587"),
        ({"internal_hosts": "fhir.acme.local, pacs.acme.local"}, ["fhir.acme.local", "pacs.acme.local"]),
        ({"operation_limits": {"http_request": 5, "clinic/db_query": "7"}}, {"http_request": 5, "clinic/db_query": 7}),
        ({"databases": {"warehouse": "postgresql+psycopg://a:b@h/w"}}, {"warehouse": f"postgresql+psycopg://a:{MASK}@h/w"}),
        ({"database_roles": {"clinic": "postgresql+psycopg://a:b@h/p"}}, {"clinic": f"postgresql+psycopg://a:{MASK}@h/p"}),
        ({"platform_config": {"org": {"name": "Acme"}}}, {"org": {"name": "Acme"}}),
    ],
)
def test_what_plugins_are_provided_with_is_read_and_shown_without_secrets(given, shown):
    [name] = given
    [origin] = [origin for origin in Settings(**given).origins() if origin.name == name]
    assert origin.data == shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mail_sender": "nobody"}, "an e-mail address is needed"),
        ({"mail_sender": "a@b.org, c@d.org"}, "an e-mail address is needed"),
        ({"mail_url": "imap://mail.example.com"}, "write smtp://"),
        ({"operation_limits": {"http_reqest": 5}}, "did you mean http_request?"),
        ({"operation_limits": {"everything": 5}}, "there are db_query"),
        ({"operation_limits": {"Clinic!/http_request": 5}}, "cannot be the name of a plugin"),
        ({"databases": {"Ware House": "sqlite:///x"}}, "cannot be the name of a database"),
        ({"databases": {"warehouse": "mysql://x"}}, "write sqlite:"),
        ({"database_roles": {"clinic/Ware House": "postgresql://x"}}, "cannot be the name of a database"),
        ({"database_roles": {"Clinic!": "postgresql://x"}}, "cannot be the name of a plugin"),
    ],
)
def test_what_cannot_be_meant_of_it_is_refused(given, said):
    with pytest.raises(SettingsError) as caught:
        Settings(**given)
    assert said in caught.value.message
    assert "postgresql://" not in caught.value.message  # the value itself


def test_a_limit_may_stand_in_a_variable_whose_name_has_no_hyphens(monkeypatch):
    monkeypatch.setenv("HONEYHOST_OPERATION_LIMITS__HTTP_REQUEST", "3")
    assert Settings.load().operation_limits == {"http_request": 3}

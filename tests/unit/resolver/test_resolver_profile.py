import subprocess
import sys

import pytest

from honeyhost.errors import SettingsError
from honeyhost.resolver import HostProfile, Policy
from honeyhost.resolver.profile import running_python


def test_a_host_version_must_be_a_version() -> None:
    with pytest.raises(SettingsError) as caught:
        HostProfile(host_version="latest", host_version_source="honeyhost.toml")
    assert caught.value.message == "the host version 'latest' is not a version (PEP 440)"
    assert caught.value.hint == "it comes from: honeyhost.toml"


def test_a_python_version_must_be_a_version() -> None:
    with pytest.raises(SettingsError, match=r"the Python version '3\.11\+' is not a version"):
        HostProfile(host_version="1", python_version="3.11+")


@pytest.mark.parametrize("prefix", ["api/{slug}", "/api/plugins", "/{tenant}/{slug}", "/{slug}/x"])
def test_a_prefix_ends_in_the_slug(prefix: str) -> None:
    with pytest.raises(SettingsError) as caught:
        HostProfile(host_version="1", prefix=prefix)
    assert caught.value.message == f"the prefix '{prefix}' is no path that ends in {{slug}}"
    assert caught.value.hint == "write it as '/api/plugins/{slug}'"


def test_the_running_python_is_the_default() -> None:
    assert HostProfile(host_version="1").python_version == running_python() == ".".join(map(str, sys.version_info[:3]))


def test_an_override_of_a_rule_that_cannot_be_waived_is_refused_with_the_near_miss() -> None:
    with pytest.raises(SettingsError) as caught:
        Policy(overrides={"healthcare": frozenset({"host_version"})})
    assert caught.value.message == (
        "the override for plugin 'healthcare' waives 'host_version'; these can be waived: host-version, python-version"
    )
    assert caught.value.hint == "did you mean 'host-version'?"


def test_an_override_that_is_like_no_rule_has_no_near_miss() -> None:
    with pytest.raises(SettingsError) as caught:
        Policy(overrides={"healthcare": frozenset({"everything"})})
    assert caught.value.hint is None


def test_a_policy_waives_what_it_names() -> None:
    policy = Policy(overrides={"healthcare": frozenset({"host-version"})})
    assert policy.waives("healthcare", "host-version")
    assert not policy.waives("healthcare", "python-version")
    assert not policy.waives("finance", "host-version")


def test_the_resolver_imports_no_web_framework_and_no_database() -> None:
    code = (
        "import honeyhost.resolver, sys; print([n for n in ('fastapi', 'starlette', 'sqlalchemy', 'dbt') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""
Configuration as a plugin reads it.
"""

import pytest

from honeyhost.errors import PermissionNotGrantedError
from honeyhost.services.configuration import PluginConfig, schema_defaults
from honeyhost.services.guard import Guard
from honeyhost.services.usage import Usage

SCHEMA = {
    "type": "object",
    "properties": {
        "mail": {
            "type": "object",
            "properties": {"sender": {"type": "string", "default": "nobody@b.org"}, "port": {"type": "integer", "default": 25}},
        },
        "beds": {"type": "integer", "default": 12},
        "wards": {"type": "array", "default": ["a"]},
        "open": {"type": "boolean"},
        "odd": True,
        "rates": {"type": "object", "default": {"low": 1}, "properties": {"high": {"default": 9}}},
    },
}


class Configured:
    def __init__(self, *grants):
        self.values = {"mail": {"sender": "a@b.org", "none": None}, "list": [1], "a.b": {"c": "dotted"}}
        self.schema = None
        self.usage = Usage()
        guard = Guard(
            "clinic", grants=lambda: {text: {} for text in grants}, usage=self.usage, limits={}, refused=lambda _: None
        )
        self.config = PluginConfig(
            guard,
            own=lambda: self.values,
            defaults=lambda: schema_defaults(self.schema),
            platform={"org": {"name": "Acme", "tax": {"id": "7"}}, "region": "eu"},
        )


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("mail.sender", "a@b.org"),
        ("mail", {"sender": "a@b.org", "none": None}),
        ("mail.none", None),
        ("mail.absent", "default"),
        ("mail.sender.deeper", "default"),
        ("list.0", "default"),
        ("list", [1]),
        ("a.b", {"c": "dotted"}),
        ("a.b.c", "dotted"),
        ("a", "default"),
        ("absent", "default"),
        (".", "default"),
        ("__class__", "default"),
    ],
)
def test_a_value_is_read_by_its_dotted_key(key, value):
    assert Configured().config.get(key, "default") == value


def test_without_a_key_it_is_the_whole_configuration():
    configured = Configured()
    assert configured.config.get() == configured.values


def test_it_is_the_configuration_of_now():
    configured = Configured()
    configured.values = {"mail": {"sender": "new@b.org"}}
    assert configured.config.get("mail.sender") == "new@b.org"


def test_what_is_not_configured_is_what_the_schema_says():
    configured = Configured()
    configured.schema = SCHEMA
    assert configured.config.get("beds", 1) == 12
    assert configured.config.get("mail.port") == 25
    assert configured.config.get("mail.sender") == "a@b.org"
    assert configured.config.get("mail") == {"sender": "a@b.org", "none": None, "port": 25}
    assert configured.config.get("rates") == {"low": 1, "high": 9}
    assert (configured.config.get("open"), configured.config.get("odd", 5)) == (None, 5)


def test_whoever_changes_a_value_changes_only_their_own():
    configured = Configured()
    configured.schema = SCHEMA
    configured.config.get("list").append(2)
    configured.config.get("wards").append("b")
    configured.config.get()["mail"]["sender"] = "evil@b.org"
    assert (configured.config.get("list"), configured.config.get("wards")) == ([1], ["a"])
    assert configured.config.get("mail.sender") == "a@b.org"


def test_what_the_platform_shares_is_read_where_it_is_granted():
    configured = Configured("config:org")
    assert configured.config.platform("org.name") == "Acme"
    assert configured.config.platform("org") == {"name": "Acme", "tax": {"id": "7"}}
    assert configured.config.platform("org.absent", "none") == "none"
    with pytest.raises(PermissionNotGrantedError, match="config:region"):
        configured.config.platform("region")
    assert configured.usage.figures()["clinic"]["platform_config_get"].refused == 1


def test_one_key_of_it_does_not_open_what_lies_beside_or_above():
    configured = Configured("config:org.name")
    assert configured.config.platform("org.name") == "Acme"
    for key in ("org", "org.tax.id", ""):
        with pytest.raises(PermissionNotGrantedError):
            configured.config.platform(key)

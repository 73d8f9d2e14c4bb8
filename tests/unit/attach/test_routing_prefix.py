import pytest

from honeyhost.attach.routing.prefix import Prefix
from honeyhost.errors import UsageError


@pytest.mark.parametrize(
    ("template", "shared", "head"),
    [
        ("/api/plugins/{slug}", False, "/api/plugins/"),
        ("/plugins/{slug}", False, "/plugins/"),
        ("/api/{slug}", True, "/api/"),
        ("/{slug}", True, "/"),
        ("/my-plugins/{slug}", True, "/my-plugins/"),
    ],
)
def test_a_prefix_below_plugins_is_theirs_alone_and_any_other_is_shared(template: str, shared: bool, head: str) -> None:
    prefix = Prefix.parse(template)
    assert (prefix.shared, prefix.head, prefix.of("clinic")) == (shared, head, head + "clinic")


@pytest.mark.parametrize("template", ["", "api/{slug}", "/api", "/api/{slug}/", "/api/x{slug}", "/{tenant}/{slug}", "{slug}"])
def test_a_template_that_does_not_end_in_the_slug_is_refused(template: str) -> None:
    with pytest.raises(UsageError) as refused:
        Prefix.parse(template)
    assert refused.value.message == (f"the prefix '{template}' cannot be used; it must start with '/' and end in '/{{slug}}'")
    assert refused.value.hint == "write '/api/plugins/{slug}'"

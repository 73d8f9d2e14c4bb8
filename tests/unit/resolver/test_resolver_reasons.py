from dataclasses import FrozenInstanceError, dataclass
from typing import Any, ClassVar

import pytest

import honeyhost.manifest.codes
import honeyhost.resolver.codes
from honeyhost.resolver import HostReason, HostTooOld, Reason, reasons
from honeyhost.resolver.rules import RULES

KINDS = [getattr(reasons, name) for name in reasons.__all__ if name not in ("Reason", "HostReason")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_code_that_can_be_explained(kind: type[Reason]) -> None:
    codes = (*honeyhost.manifest.codes.CODES, *honeyhost.resolver.codes.CODES)
    assert kind.code in {code.code for code in codes}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_belongs_to_a_rule(kind: type[Reason]) -> None:
    assert kind.rule in {rule.name for rule in RULES}


def test_no_two_kinds_share_a_code() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)


def test_every_code_is_a_kind_or_a_warning() -> None:
    codes = [code.code for code in honeyhost.resolver.codes.CODES]
    assert len(set(codes)) == len(codes)
    assert set(codes) - {kind.code for kind in KINDS} == {"tested-up-to", "override-used", "grant-withheld", "grant-open"}


def test_codes_of_two_rooms_do_not_meet() -> None:
    ours = {code.code for code in honeyhost.resolver.codes.CODES}
    assert ours.isdisjoint(code.code for code in honeyhost.manifest.codes.CODES)


def test_a_reason_is_frozen() -> None:
    reason = HostTooOld(plugin="a", version="1", required=">=2", actual="1")
    with pytest.raises(FrozenInstanceError):
        reason.actual = "3"  # type: ignore[misc]


def test_the_open_reason_speaks_the_hosts_words() -> None:
    reason = HostReason(
        plugin="healthcare",
        version="0.3.0",
        code="licence-missing",
        rule="licence",
        text="plugin 'healthcare' 0.3.0 has no licence on this platform",
        advice="ask the platform team",
        wish="a licence",
        fact="none",
        mend="a licence for healthcare",
        facts={"seats": 0},
    )
    assert reason.to_json() == {
        "code": "licence-missing",
        "params": {"seats": 0},
        "message": "plugin 'healthcare' 0.3.0 has no licence on this platform",
        "hint": "ask the platform team",
    }
    assert (reason.rule, reason.wanted, reason.found, reason.change) == (
        "licence",
        "a licence",
        "none",
        "a licence for healthcare",
    )


@pytest.mark.parametrize(
    ("words", "change"),
    [({"advice": "ask"}, "ask"), ({}, "what the rule 'licence' of this host asks for")],
)
def test_the_open_reason_without_a_mend_says_what_it_can(words: dict[str, Any], change: str) -> None:
    assert HostReason(plugin="a", version="1", code="x", rule="licence", text="no", **words).change == change


def test_a_host_may_make_a_kind_of_its_own() -> None:
    @dataclass(frozen=True, kw_only=True, slots=True)
    class LicenceMissing(Reason):
        code: ClassVar[str] = "licence-missing"
        rule: ClassVar[str] = "licence"
        seats: int
        message = property(lambda self: f"{self.subject} has {self.seats} seats")
        hint = property(lambda _: None)
        wanted = property(lambda _: "a seat")
        found = property(lambda self: str(self.seats))
        change = property(lambda _: "a seat")

    reason = LicenceMissing(plugin="a", version="1", seats=0)
    assert reason.to_json() == {
        "code": "licence-missing",
        "params": {"seats": 0},
        "message": "plugin 'a' 1 has 0 seats",
        "hint": None,
    }

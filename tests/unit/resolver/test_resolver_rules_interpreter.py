from collections.abc import Callable

from honeyhost.resolver import PythonMismatch, RuntimeUnavailable


def test_another_python(found: Callable, only: Callable) -> None:
    reason = only(found(requires_python=">=3.12", lines={"requires_python": (6, 18)}))
    assert isinstance(reason, PythonMismatch)
    assert reason.to_json() == {
        "code": "python-mismatch",
        "params": {"required": ">=3.12", "actual": "3.11.7"},
        "message": "plugin 'healthcare' 0.3.0 needs Python >=3.12, this host runs on Python 3.11.7",
        "hint": "run the host on Python 3.12 or newer, or install a release of healthcare for Python 3.11.7",
    }
    assert (reason.source, reason.fact_source) == ("plugins/healthcare/plugin.yaml:6:18", "this interpreter")
    assert (reason.wanted, reason.found, reason.change) == ("Python >=3.12", "3.11.7", "Python 3.12 or newer")


def test_a_python_that_fits(found: Callable, refuse: Callable) -> None:
    assert refuse(found(requires_python=">=3.11,<4")) == ()


def test_an_override_waives_an_upper_bound_of_python_and_is_shown(found: Callable, decide: Callable) -> None:
    resolution = decide(found(requires_python="<3.11"), overrides={"healthcare": frozenset({"python-version"})})
    assert len(resolution.accepted) == 1
    (warning,) = resolution.warnings["healthcare"]
    assert warning.code == "override-used"
    assert warning.message == (
        "plugin 'healthcare' 0.3.0 needs Python <3.11, this host runs on Python 3.11.7; the operator waived the upper bound"
    )
    assert warning.params == {"rule": "python-version", "required": "<3.11", "actual": "3.11.7"}


def test_an_override_of_python_does_not_waive_a_lower_bound(found: Callable, decide: Callable) -> None:
    resolution = decide(found(requires_python=">=3.12"), overrides={"healthcare": frozenset({"python-version"})})
    assert (resolution.accepted, resolution.warnings) == ((), {})


def test_an_override_of_python_that_is_not_needed_says_nothing(found: Callable, decide: Callable) -> None:
    wishes = {"overrides": {"healthcare": frozenset({"python-version"})}}
    assert decide(found(requires_python="<4"), **wishes).warnings == {}
    assert decide(found(), **wishes).warnings == {}


def test_a_runtime_that_the_host_has_not(found: Callable, only: Callable) -> None:
    reason = only(found(runtime={"type": "wasm", "path": "plugin.wasm"}, lines={"runtime": (7, 10)}))
    assert isinstance(reason, RuntimeUnavailable)
    assert reason.to_json() == {
        "code": "runtime-unavailable",
        "params": {"required": "wasm", "available": ("python",)},
        "message": "plugin 'healthcare' 0.3.0 needs the runtime 'wasm', this host has python",
        "hint": "install healthcare on a host with the runtime 'wasm', or a release of it that needs python",
    }
    assert (reason.source, reason.fact_source) == ("plugins/healthcare/plugin.yaml:7:10", "runtimes of this host")
    assert (reason.wanted, reason.found, reason.change) == ("runtime wasm", "python", "the runtime 'wasm' on this host")


def test_a_runtime_that_the_host_has(found: Callable, refuse: Callable) -> None:
    assert refuse(found(runtime="wasm"), runtimes=frozenset({"python", "wasm"})) == ()


def test_a_host_may_have_no_runtime_at_all(found: Callable, only: Callable) -> None:
    assert only(found(), runtimes=frozenset()).found == "none"

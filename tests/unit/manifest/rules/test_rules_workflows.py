from collections.abc import Callable

import pytest

Ask = Callable[..., list[str]]


def step(name: str, **fields: object) -> dict[str, object]:
    return {"id": name, "capability": "mail.send", **fields}


def workflow(*steps: dict[str, object], name: str = "onboard") -> dict[str, object]:
    return {"name": name, "steps": steps}


def test_steps_use_the_input_and_what_came_before(ask: Ask):
    steps = (
        step("load", args={"id": "$input.user.id", "all": "$input", "text": "costs $5", "list": ["$input.a", 1, None]}),
        step("send", args={"to": "$steps.load.mail"}, when={"ref": "$steps.load.active", "equals": "true"}, timeout="30s"),
    )
    assert ask(workflows=[workflow(*steps)]) == []


@pytest.mark.parametrize("value", ["$input..a", "$inputs", "$steps", "$steps.", "$steps.load.a b", "$input.a + 1"])
def test_there_is_no_expression_language(ask: Ask, value: str):
    assert ask(workflows=[workflow(step("load"), step("a", args={"x": [value]}))]) == [
        (
            f"error[workflow-value-invalid] workflows[0].steps[1].args.x[0]: '{value}' names no value | "
            "write '$input.a' or '$steps.<id>.b'"
        )
    ]


def test_a_condition_names_a_value(ask: Ask):
    assert ask(workflows=[workflow(step("a", when={"ref": "active", "equals": True}))]) == [
        (
            "error[workflow-value-invalid] workflows[0].steps[0].when.ref: 'active' names no value | "
            "write '$input.a' or '$steps.<id>.b'"
        )
    ]


def test_a_step_cannot_use_itself_or_a_later_one(ask: Ask):
    steps = (
        step("load", args={"x": "$steps.load.a"}),
        step("send", args={"x": "$steps.laod.a"}),
        step("end", args={"x": "$steps.q"}),
    )
    assert ask(workflows=[workflow(*steps)]) == [
        (
            "error[workflow-value-invalid] workflows[0].steps[0].args.x: no step before this one is called 'load' | "
            "a step can use the values of earlier steps only"
        ),
        (
            "error[workflow-value-invalid] workflows[0].steps[1].args.x: no step before this one is called 'laod' | "
            "did you mean 'load'?"
        ),
        (
            "error[workflow-value-invalid] workflows[0].steps[2].args.x: no step before this one is called 'q' | "
            "a step can use the values of earlier steps only"
        ),
    ]


def test_workflows_steps_and_capabilities_are_told_apart(ask: Ask):
    end = "keep one, or name the other differently"
    capability = {"slug": "demo.a", "handler": ".a:f"}
    assert ask(capabilities=[capability, capability], workflows=[workflow(step("a"), step("a")), workflow(step("a"))]) == [
        f"error[duplicate-id] capabilities[1].slug: the capability 'demo.a' stands twice, first in capabilities[0] | {end}",
        f"error[duplicate-id] workflows[1].name: the workflow 'onboard' stands twice, first in workflows[0] | {end}",
        f"error[duplicate-id] workflows[0].steps[1].id: the step 'a' stands twice, first in workflows[0].steps[0] | {end}",
    ]


def test_an_own_capability_that_is_not_published_is_refused(ask: Ask):
    steps = (step("a", capability="demo.sned"), step("b", capability="demo.zzz"), step("c", capability="other.thing"))
    assert ask(capabilities=[{"slug": "demo.send", "handler": ".a:f"}], workflows=[workflow(*steps)]) == [
        (
            "error[capability-unknown] workflows[0].steps[0].capability: plugin 'demo' publishes no capability 'demo.sned' | "
            "did you mean 'demo.send'?"
        ),
        (
            "error[capability-unknown] workflows[0].steps[1].capability: plugin 'demo' publishes no capability 'demo.zzz' | "
            "add it under capabilities"
        ),
    ]


def test_a_step_has_time_to_run(ask: Ask):
    assert ask(workflows=[workflow(step("a", timeout="0s"))]) == [
        "error[duration-invalid] workflows[0].steps[0].timeout: '0s' leaves no time | write 30s, 5m or 1h30m"
    ]

from honeyhost.cli.verdicts import as_problem
from honeyhost.resolver.reasons import HostReason


def reason(source):
    return HostReason(
        plugin="a",
        version="1",
        code="house-rule",
        rule="house",
        text="no owner",
        advice="add one",
        source=source,
        facts={"n": 1},
    )


def test_a_reason_becomes_a_problem_at_the_place_of_its_demand():
    problem = as_problem(reason("/x/plugin.yaml:4:20"))
    assert (problem.severity, problem.code, problem.message, problem.hint) == ("error", "house-rule", "no owner", "add one")
    assert (problem.file, problem.line, problem.column, problem.params) == ("/x/plugin.yaml", 4, 20, {"n": 1})


def test_a_reason_without_a_place_in_a_file_stays_without():
    assert as_problem(reason("this host")).file is None

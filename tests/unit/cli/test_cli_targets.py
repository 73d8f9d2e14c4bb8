from honeyhost.cli.targets import named_targets
from honeyhost.settings import Settings


def test_the_text_of_a_manifest_may_be_quoted_where_it_belongs_to_the_plugin(platform):
    root = platform.add("finance")
    (target,) = named_targets([str(root)], Settings.load())
    assert list(target.sources) == [str(root / "plugin.yaml")]


def test_what_a_link_leads_to_outside_of_the_plugin_may_not(platform):
    secret = platform.data / "secret"
    secret.write_text("name: [")
    root = platform.install / "plugins" / "healthcare"
    root.mkdir()
    (root / "plugin.yaml").symlink_to(secret)
    (target,) = named_targets([str(root)], Settings.load())
    assert (target.plugin, target.sources) == (None, {})
    assert target.problems


def test_each_problem_stands_once_in_the_order_of_the_file(platform):
    root = platform.add("healthcare", {"sort": "many", "odd": 1, "dbt_workspace": "nowhere/"})
    (target,) = named_targets([str(root)], Settings.load())
    places = [problem.line for problem in target.problems if problem.line is not None]
    assert places == sorted(places)
    assert len({(problem.code, problem.path) for problem in target.problems}) == len(target.problems) > 2

from honeyhost.manifest import PluginManifest
from honeyhost.manifest.rules import RULES, check_rules


def manifest(**fields: object) -> PluginManifest:
    return PluginManifest.model_validate({"name": "demo", "version": "1", **fields})


def test_every_rule_reads_fields_that_exist():
    for rule in RULES:
        assert rule.reads
        assert rule.reads <= PluginManifest.model_fields.keys()


def test_a_plain_manifest_breaks_no_rule():
    assert check_rules(manifest()) == ()


def test_a_rule_that_reads_a_refused_field_is_not_asked():
    broken = manifest(seed_groups=[{"name": "a", "permissions": ["note.read"]}], homepage="x")
    assert [problem.code for problem in check_rules(broken)] == ["url-invalid", "permission-foreign"]
    assert [problem.code for problem in check_rules(broken, refused=frozenset({"permissions"}))] == ["url-invalid"]


def test_one_text_has_one_problem():
    bad = manifest(nav=[{"label": "x", "path": "/demo/\u202ex", "icon": "a\x1b"}], kind="a\x1b")
    assert [(problem.code, problem.path) for problem in check_rules(bad)] == [
        ("page-unsafe", "nav[0].path"),
        ("icon-invalid", "nav[0].icon"),
        ("control-character", "kind"),
    ]

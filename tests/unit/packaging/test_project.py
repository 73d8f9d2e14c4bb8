"""
Reading a plugin that is about to be built.
"""

from honeyhost.packaging.layout import Layout
from honeyhost.packaging.project import Project, read_project


def test_manifest_that_cannot_be_read_is_named_as_people_find_it(tmp_path):
    (tmp_path / "src" / "demo" / "plugin.yaml").mkdir(parents=True)
    layout = Layout(project=tmp_path, root=tmp_path / "src" / "demo", package="demo")
    [problem] = read_project(layout, references=False)
    assert (problem.code, problem.file) == ("file-kind", "src/demo/plugin.yaml")


def test_sound_project_is_read_with_its_remarks(tmp_path):
    (tmp_path / "plugin.yaml").write_text("name: demo\nversion: '1'\ncolour: red\n")
    project = read_project(Layout(project=tmp_path, root=tmp_path, package=None), references=True)
    assert isinstance(project, Project)
    assert (project.package, project.data) == ("honeyframe_demo", (tmp_path / "plugin.yaml").read_bytes())
    assert [problem.code for problem in project.problems] == ["unknown-field"]

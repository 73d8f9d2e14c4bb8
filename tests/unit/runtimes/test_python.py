import pytest

from honeyhost.errors import LoadError
from honeyhost.runtimes import import_references, imported_files, install_namespace


@pytest.fixture
def clinic(platform):
    platform.write(platform.install / "plugins/clinic/backend/code.py", "class Holder:\n    inner = 'x'\n\nvalue = 3\n")
    platform.write(platform.install / "plugins/clinic/interrupted.py", "raise KeyboardInterrupt")
    undo = install_namespace([platform.install / "plugins"])
    yield platform.install / "plugins/clinic"
    undo()


def test_relative_and_absolute_references_and_dotted_attributes_are_found(clinic):
    references = [".backend.code:value", "plugins.clinic.backend.code:Holder.inner"]
    imported = import_references("clinic", "plugins.clinic", references)
    assert imported.objects == (3, "x")
    assert imported.files == (str(clinic / "backend/code.py"),)
    assert imported.import_ms > 0


def test_files_of_packages_with_a_longer_name_are_not_counted(clinic):
    import_references("clinic", "plugins.clinic", [".backend.code:value"])
    assert imported_files("plugins.clin") == ()


def test_what_is_no_reference_says_so(clinic):
    with pytest.raises(LoadError, match=r"^plugin 'clinic': 'nothing here' is not a reference$"):
        import_references("clinic", "plugins.clinic", ["nothing here"])


def test_a_missing_module_names_the_module(clinic):
    with pytest.raises(LoadError) as caught:
        import_references("clinic", "plugins.clinic", [".backend.absent:router"])
    assert caught.value.message == (
        "plugin 'clinic' could not be imported: plugins.clinic.backend.absent raised ModuleNotFoundError: "
        "No module named 'plugins.clinic.backend.absent'"
    )


def test_a_keyboard_interrupt_is_nobodys_failure(clinic):
    with pytest.raises(KeyboardInterrupt):
        import_references("clinic", "plugins.clinic", [".interrupted:x"])

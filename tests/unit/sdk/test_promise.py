import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from subprocess import run

import pytest

from honeyhost import sdk
from honeyhost.errors import InvalidManifestError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """
    A package with a manifest beside its code.
    """
    name = "promise_package"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text(
        "from honeyhost.sdk import load_manifest\nmanifest = load_manifest(__package__)\n"
    )
    (tmp_path / name / "plugin.yaml").write_text("name: clinic\nversion: 1.2.3\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    sys.modules.pop(name, None)


def test_the_manifest_of_a_package_is_loaded_by_the_packages_name(package: str) -> None:
    manifest = import_module(package).manifest
    assert (manifest.name, str(manifest.version)) == ("clinic", "1.2.3")


def test_a_package_without_a_manifest_is_refused() -> None:
    with pytest.raises(InvalidManifestError):
        sdk.load_manifest("honeyhost.sdk")


def test_everything_that_is_promised_is_there() -> None:
    assert {name: getattr(sdk, name) for name in sdk.__all__}.keys() == set(sdk.__all__)


def test_the_promise_brings_no_framework_and_no_database() -> None:
    code = "import sys, honeyhost.sdk; print([n for n in ('fastapi', 'starlette', 'sqlalchemy', 'yaml') if n in sys.modules])"
    done = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

"""
Packages whose public names are imported when they are first asked for: each name leads somewhere, and nothing more is loaded.
"""

import subprocess
import sys
from importlib import import_module

import pytest

LAZY = ("honeyhost", "honeyhost.attach", "honeyhost.discovery", "honeyhost.store")


@pytest.mark.parametrize("package", LAZY)
def test_every_public_name_leads_to_what_it_names(package: str) -> None:
    module = import_module(package)

    assert all(getattr(module, name) is not None for name in module.__all__)
    assert sorted(module.__all__) == dir(module)


@pytest.mark.parametrize("package", LAZY)
def test_a_name_that_is_not_public_is_an_attribute_error(package: str) -> None:
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
        import_module(package).nothing  # noqa: B018 - asking is the test


def test_reading_the_flags_loads_none_of_the_values_of_the_store() -> None:
    code = "import sys; import honeyhost.store.peek; print('honeyhost.store.records' in sys.modules)"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "False\n"

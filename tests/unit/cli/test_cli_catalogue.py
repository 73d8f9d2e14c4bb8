import re
import subprocess
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

import honeyhost
from honeyhost.cli.catalogue import ROOMS, UnknownCodeError, catalogue, look_up
from honeyhost.cli.failures import CouldNotRunError
from honeyhost.errors import HoneyhostError

SOURCES = Path(honeyhost.__file__).parent
MADE = re.compile(r'\b(?:error|warning|info)\(\s*"([a-z]+(?:-[a-z]+)*)"')
RAISED = re.compile(r'^    code(?:: ClassVar\[str\])? = "([a-z-]+)"$', re.MULTILINE)
ROOTS = {HoneyhostError.code, CouldNotRunError.code}
"""Codes of classes that nobody raises."""


def test_every_room_that_has_codes_is_asked_for_them():
    assert {path.parent.name for path in SOURCES.glob("*/codes.py")} == set(ROOMS)


def test_no_code_is_explained_twice():
    counts = Counter(code.code for room in ROOMS for code in import_module(f"honeyhost.{room}.codes").CODES)
    assert [code for code, number in counts.items() if number > 1] == []


@pytest.mark.parametrize("path", sorted(SOURCES.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCES)))
def test_every_code_that_a_source_can_emit_is_explained(path):
    text = path.read_text(encoding="utf-8")
    assert set(MADE.findall(text)) | set(RAISED.findall(text)) - ROOTS <= set(catalogue())


def test_every_code_has_a_meaning_and_a_way_to_mend_it():
    for code in catalogue().values():
        assert re.fullmatch("[a-z][a-z0-9]*(-[a-z0-9]+)*", code.code)
        assert code.meaning.endswith(".")
        assert code.mend.endswith((".", "'"))


def test_a_code_that_nobody_knows_is_answered_with_the_one_that_was_meant():
    assert look_up("refused").code == "refused"
    with pytest.raises(UnknownCodeError) as caught:
        look_up("refuzed")
    assert caught.value.hint == "did you mean refused?"


def test_explaining_imports_no_heavy_library():
    code = (
        "import sys; from honeyhost.cli.catalogue import catalogue; catalogue();"
        "print(sorted({'fastapi', 'sqlalchemy', 'hatchling', 'uvicorn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"

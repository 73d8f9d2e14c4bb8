import re
import sys
from pathlib import Path
from subprocess import run
from typing import Any

import pytest

from honeyhost.manifest import validate

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])
PROGRAMS = sorted({*ROOT.glob("docs/examples/*.py")} - {ROOT / "docs" / "examples" / "demo.py"})  # that one checks itself
BLOCK = re.compile(r"^(?:<!-- (?P<mark>[^>]+) -->\n+)?```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str, *marks: str) -> list[Any]:
    """
    The blocks of a language, or those of them whose mark begins with one of these words.
    """
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            if block["language"] == language and (not marks or (block["mark"] or "").startswith(marks)):
                line = text.count("\n", 0, block.start("text"))
                found.append(pytest.param(block["text"], id=f"{page.relative_to(ROOT)}:{line}"))
    return found


@pytest.mark.parametrize("text", blocks("python"))
def test_every_python_example_is_python(text: str) -> None:
    compile(text, "example", "exec")


@pytest.mark.parametrize("text", blocks("python", "run"))
def test_an_example_marked_run_does_what_it_asserts(text: str, tmp_path: Path) -> None:
    done = run(
        [sys.executable, "-W", "error", "-c", text], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.name)
def test_an_example_program_does_what_it_asserts(program: Path, tmp_path: Path) -> None:
    done = run(
        [sys.executable, "-W", "error", str(program)], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", blocks("yaml", "manifest", "file"))
def test_a_manifest_in_the_documentation_has_no_problems(text: str) -> None:
    manifest, problems = validate(text)
    assert manifest is not None
    assert [problem.message for problem in problems if problem.severity != "info"] == []

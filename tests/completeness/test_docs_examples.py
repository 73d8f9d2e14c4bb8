import re
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import run

import pytest

from honeyhost.manifest import validate

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("plugins/*/README.md")])
BLOCK = re.compile(r"^(?:<!-- (?P<mark>[a-z]+) -->\n+)?```(?P<language>\w+)[^\n]*\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str, mark: str | None = None) -> Iterator[object]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in BLOCK.finditer(text):
            if found["language"] == language and (mark is None or found["mark"] == mark):
                line = text.count("\n", 0, found.start("text")) + 1
                yield pytest.param(found["text"], id=f"{page.relative_to(ROOT)}:{line}")


@pytest.mark.parametrize("text", blocks("python"))
def test_every_python_example_is_python(text: str) -> None:
    compile(text, "example", "exec")


@pytest.mark.parametrize("text", blocks("python", "run"))
def test_an_example_marked_run_does_what_it_asserts(text: str, tmp_path: Path) -> None:
    done = run([sys.executable, "-W", "error", "-c", text], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("text", blocks("yaml", "manifest"))
def test_a_manifest_in_the_documentation_has_no_problems(text: str) -> None:
    manifest, problems = validate(text)
    assert manifest is not None
    assert [problem.message for problem in problems if problem.severity != "info"] == []

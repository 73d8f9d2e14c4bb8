import sys
from pathlib import Path
from subprocess import run

import honeyhost
from honeyhost import sdk

ROOT = Path(__file__).parents[2]


def test_the_reference_pages_say_what_the_code_says() -> None:
    done = run([sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_public_name_stands_in_the_reference() -> None:
    page = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8")
    missing = [name for name in {*honeyhost.__all__, *sdk.__all__} if f"`{name}" not in page]
    assert missing == []

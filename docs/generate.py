"""
Write the reference pages from the code that they describe; ``--check`` says which of them are out of date.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from pages import cli, codes, errors, http, manifest, operations, python, settings

REFERENCE = Path(__file__).with_name("reference")
PAGES: Mapping[str, Callable[[], str]] = {
    "manifest.md": manifest.page,
    "plugin.schema.json": manifest.schema,
    "cli.md": cli.page,
    "settings.md": settings.page,
    "operations.md": operations.page,
    "errors.md": errors.page,
    "codes.md": codes.page,
    "http.md": http.page,
    "python.md": python.page,
}


def main() -> int:
    """
    Write every page, or compare every page.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 where a page is out of date")
    check = parser.parse_args().check
    stale = [name for name, page in PAGES.items() if not up_to_date(REFERENCE / name, page())]
    for name in stale:
        if check:
            print(f"docs/reference/{name} is not what the code says")
        else:
            (REFERENCE / name).write_text(PAGES[name](), encoding="utf-8")
            print(f"wrote docs/reference/{name}")
    if stale and check:
        print("next: nox -s docs -- --write")
    return 1 if stale and check else 0


def up_to_date(file: Path, text: str) -> bool:
    """
    Whether the file holds exactly this text.
    """
    return file.exists() and file.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())

import ast
from collections.abc import Iterator
from pathlib import Path

import honeyhost.manifest
from honeyhost.manifest.codes import CODES

ROOM = Path(honeyhost.manifest.__file__).parent
MAKERS = {"error", "warning", "info", "make", "_refusal", "_Words"}


def emitted() -> Iterator[str]:
    """
    Every code that the room's source gives to a problem.
    """
    for file in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS:
                code = node.args[0]
                if isinstance(code, ast.Constant):
                    yield str(code.value)


def test_every_code_that_the_room_gives_is_explained_and_no_other():
    assert {code.code for code in CODES} == set(emitted())


def test_every_code_is_explained_once_in_whole_sentences():
    assert len({code.code for code in CODES}) == len(CODES)
    for code in CODES:
        assert code.code == code.code.lower().replace("_", "-")
        for text in (code.meaning, code.mend):
            assert text[0].isupper(), code.code
            assert text.endswith((".", "\\t.")), code.code

"""
How a build that is refused says why.
"""

import re
from pathlib import Path

import honeyhost.packaging
from honeyhost.diagnostics import error, warning
from honeyhost.packaging import codes
from honeyhost.packaging.refusing import refusal, worded


def test_problem_is_worded_with_place_and_help():
    problem = error("some-code", "it is wrong", path="nav[0]", file="plugin.yaml", line=3, column=5, hint="mend it")
    assert worded(problem) == ["error[some-code]: it is wrong", "  --> plugin.yaml:3:5   nav[0]", "  help: mend it"]
    assert worded(warning("some-code", "it is odd")) == ["warning[some-code]: it is odd"]


def test_foreign_text_is_made_visible():
    problem = error("some-code", "a\x1b[31mb", path="x\u202e", file="f\x07", hint="h\x1b")
    assert worded(problem) == ["error[some-code]: a\\x1b[31mb", "  --> f\\x07   x\\u202e", "  help: h\\x1b"]


def test_all_problems_are_in_the_refusal():
    text = str(refusal([error("one", "first"), error("two", "second")]))
    assert text == "honeyhost: this plugin is not built:\nerror[one]: first\nerror[two]: second"


def test_every_code_of_the_room_is_explained():
    room = Path(honeyhost.packaging.__file__).parent
    emitted = {code for file in room.glob("*.py") for code in re.findall(r'error\(\s*"([a-z-]+)"', file.read_text())}
    assert emitted == {code.code for code in codes.CODES}

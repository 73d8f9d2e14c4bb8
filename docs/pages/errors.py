"""
The page about errors: the tree of classes that Python callers catch.
"""

from collections.abc import Iterator
from inspect import cleandoc

from honeyhost import errors
from honeyhost.errors import HoneyhostError
from pages.text import code, document, prose, table

INTRODUCTION = """
Functions that look (`discover`, `validate`, `resolve`) return what is wrong as values and never raise. Functions that
were asked for one outcome raise one of these. Every error has a `code`, a `message`, a `hint` where there is a next
step, and `params` with the facts.
"""


def page() -> str:
    """
    The tree as the code draws it, then each class.
    """
    drawing = cleandoc(errors.__doc__ or "").partition("::")[2].partition("\n\nEverything")[0]
    tree = "\n".join(line[4:] for line in drawing.strip("\n").splitlines())
    rows = [(code(kind.__name__), code(kind.code), prose(cleandoc(kind.__doc__ or ""))) for kind in _tree(HoneyhostError)]
    return document("Errors", INTRODUCTION, f"```\n{tree.strip()}\n```", table(("class", "code", "when"), rows))


def _tree(kind: type[HoneyhostError]) -> Iterator[type[HoneyhostError]]:
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from _tree(child)

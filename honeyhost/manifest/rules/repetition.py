"""
Repetition: names that stand twice in a list of things which are told apart by them.
"""

from collections.abc import Iterator, Sequence

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.manifest.positions import child
from honeyhost.manifest.syntax import excerpt


def repeated(names: Sequence[str], path: str, what: str, *, below: str = "", harmless: bool = False) -> Iterator[Problem]:
    """
    A problem for each name that has stood before.

    Args:
        names: one for each entry of the list, in order.
        path: where the list stands.
        what: what the name is a name of, with its article.
        below: the field of the entry that holds the name, where an entry is more than its name.
        harmless: whether a second entry changes nothing, so that it is only a warning.
    """
    if len(set(names)) == len(names):
        return
    first: dict[str, int] = {}
    make = warning if harmless else error
    for index, name in enumerate(names):
        earlier = first.setdefault(name, index)
        if earlier != index:
            place = child(child(path, index), below) if below else child(path, index)
            message = f"{what} '{excerpt(name)}' stands twice, first in {child(path, earlier)}"
            hint = "keep one" if harmless else "keep one, or name the other differently"
            yield make("duplicate-id", message, path=place, hint=hint, id=excerpt(name))

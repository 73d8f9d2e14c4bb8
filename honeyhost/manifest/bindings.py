"""
Bindings: the names that a Python module would define, read from its source without running it.
"""

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

_CANNOT_TELL = frozenset({"globals", "exec", "vars", "locals"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Bindings:
    """
    ``names`` that the module binds at its top level. ``complete`` is false where it may bind others at run time: a star
    import, a ``__getattr__`` of the module, names made from text.
    """

    names: frozenset[str]
    complete: bool


class SourceFaultError(Exception):
    """
    The source is not Python; ``line`` is where, if that is known.
    """

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def bindings(source: bytes) -> Bindings:
    """
    The names that the source binds.

    Raises:
        SourceFaultError: if it is not Python, or nested beyond what Python reads.
    """
    module = parsed(source)
    names = set(_bound(module.body))
    nodes = list(ast.walk(module))
    names.update(name for node in nodes if isinstance(node, ast.Global) for name in node.names)
    dynamic = any(_binds_by_text(node) for node in nodes)
    return Bindings(frozenset(names - {"*"}), not dynamic and names.isdisjoint({"*", "__getattr__"}))


def parsed(source: bytes) -> ast.Module:
    """
    The source as a tree.

    Raises:
        SourceFaultError: if it is not Python, or nested beyond what Python reads.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a doubtful escape in a plugin's text is not ours to report
            return ast.parse(source)
    except SyntaxError as cause:
        raise SourceFaultError(cause.msg, cause.lineno) from None
    except (ValueError, LookupError) as cause:
        raise SourceFaultError(str(cause)) from None
    except (MemoryError, RecursionError):
        raise SourceFaultError("it is nested too deeply") from None


def _bound(statements: list[ast.stmt]) -> Iterator[str]:
    """
    The names bound by statements and by what stands in their bodies, without entering functions and classes.
    """
    pending: list[ast.AST] = list(statements)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
            pending.extend(node.decorator_list)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.split(".", 1)[0] for alias in node.names)
        elif isinstance(node, ast.AnnAssign) and node.value is None:
            continue  # 'router: APIRouter' says what it would be, and binds nothing
        elif isinstance(node, ast.Lambda):
            continue
        elif isinstance(node, _COMPREHENSIONS):  # its variables are its own, except those of ':='
            pending.extend(inner for inner in ast.walk(node) if isinstance(inner, ast.NamedExpr))
        else:
            yield from _names(node)
            pending.extend(ast.iter_child_nodes(node))


def _binds_by_text(node: ast.AST) -> bool:
    """
    Whether the module may reach its own name space under names that are not in the source.
    """
    if isinstance(node, ast.Attribute):
        return node.attr == "modules"  # sys.modules[__name__]
    return isinstance(node, ast.Name) and node.id in _CANNOT_TELL


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.MatchAs | ast.MatchStar) and node.name is not None:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest is not None:
        yield node.rest

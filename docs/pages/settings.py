"""
The page about settings.
"""

import ast
import inspect
from itertools import pairwise
from textwrap import dedent

from honeyhost.settings import Settings
from honeyhost.settings.assignments import variable
from pages.text import code, default, document, prose, shape, table

INTRODUCTION = """
A setting is taken from the arguments of `Settings(…)`, else from the environment, else from `honeyhost.toml` in the working
directory, else its default holds. The environment has `HONEYHOST_` and the name in capitals; `INSTALL_DIR` and `DATA_DIR`
are read too, since platforms set them, and the longer names win over them.

A mapping is put together from all places, key by key: `HONEYHOST_PINS__FINANCE=acme-finance` gives one key of `pins`. Lists
of paths are written with the separator of `PATH` between them, or as a JSON array.

`honeyhost config` shows every setting with its value and where it came from; secrets are masked. A name that is no setting
and a value that cannot be used are errors, in the environment as in the file.
"""


def page() -> str:
    """
    Every setting.
    """
    meanings = _meanings()
    rows = [
        (code(name), code(variable(name)), shape(schema), _default(name, default(schema)), meanings[name])
        for name, schema in Settings.model_json_schema()["properties"].items()
    ]
    return document("Settings", INTRODUCTION, table(("setting", "variable", "shape", "default", "what it is"), rows))


def _default(name: str, constant: str) -> str:
    factory = Settings.model_fields[name].default_factory
    return constant if factory is None else prose(getattr(factory, "__doc__", "")) if inspect.isfunction(factory) else ""


def _meanings() -> dict[str, str]:
    """
    The docstrings under the fields, by field.
    """
    (definition,) = ast.parse(dedent(inspect.getsource(Settings))).body
    body = definition.body if isinstance(definition, ast.ClassDef) else []
    return {
        field.target.id: prose(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }

"""
The page about settings.
"""

from honeyhost.settings import Settings

from pages.text import code, default, document, prose, shape, table

INTRODUCTION = """
A setting is read from the environment (`HONEYHOST_` and its name in capitals, nested with `__`), then from
`honeyhost.toml` in the working directory, then its default holds. `INSTALL_DIR` and `DATA_DIR` are read without the
prefix too, since platforms set them. Text that is not plain is written as JSON: `HONEYHOST_ARCHIVES='["/srv/wheels"]'`.

`honeyhost config` shows every setting with its value and where it came from; secrets are masked.
"""


def page() -> str:
    """
    Every setting.
    """
    fields = Settings.model_json_schema()["properties"]
    rows = [(code(name), shape(field), default(field), prose(field.get("description"))) for name, field in fields.items()]
    return document("Settings", INTRODUCTION, table(("setting", "shape", "default", "what it is"), rows))

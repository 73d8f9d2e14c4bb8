"""
Isolation: models of the host that are built without plugins of pydantic.

pydantic asks every installed distribution for plugins of its own when it builds a model, and runs what it finds. A wheel
that was only put on the path could so run code while it is being looked for. The host's own models therefore do not ask;
those of the framework, of the platform and of a running plugin do as they did.

Source: https://docs.pydantic.dev/latest/concepts/plugins/
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel, ConfigDict

_SWITCH = "PYDANTIC_DISABLE_PLUGINS"


class IsolatedModel(BaseModel):
    """
    A model that is built when it is first used, and whose building runs no foreign code.
    """

    model_config = ConfigDict(defer_build=True)

    @classmethod
    def model_rebuild(cls, **how: Any) -> bool | None:
        """
        As pydantic's, without its plugins.
        """
        with without_model_plugins():
            return super().model_rebuild(**how)


@contextmanager
def without_model_plugins() -> Iterator[None]:
    """
    Models that are built meanwhile ask no distribution. Another thread's may escape its plugins as well.
    """
    before = os.environ.get(_SWITCH)
    os.environ[_SWITCH] = "__all__"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop(_SWITCH, None)
        else:
            os.environ[_SWITCH] = before

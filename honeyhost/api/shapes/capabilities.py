"""
The shapes of capabilities: what one answers.
"""

from typing import Any

from pydantic import ConfigDict, RootModel


class CapabilityOutput(RootModel[Any]):
    """
    Whatever the capability answers, as JSON.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"sent": 42}]})

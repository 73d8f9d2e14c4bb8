"""
Work: the jobs, capabilities and workflows that a plugin offers.
"""

from pydantic import Field

from honeyhost.manifest.parts.base import Part
from honeyhost.manifest.types import (
    CapabilityName,
    Duration,
    FreeForm,
    ItemId,
    Label,
    PermissionId,
    PluginPath,
    StepId,
    Text,
    YamlBool,
    YamlInt,
)


class Job(Part):
    """
    A function that runs on a schedule (cron of five or six fields).
    """

    id: ItemId = Field(description="What others call it.")
    handler: Text = Field(description="A function's name, or a reference.")
    schedule: Text = Field(max_length=200, description="A cron expression of five fields, or of six with seconds first.")
    timezone: Text = Field("UTC", max_length=100, description="The time zone of the schedule, as 'Europe/Berlin'.")
    enabled: YamlBool = Field(default=True, description="Whether it runs until somebody says otherwise.")
    timeout: Duration = Field("5m", description="The longest that one run may take.")
    args: FreeForm = Field(default_factory=dict, description="Arguments of the function.")
    description: Label | None = Field(None, description="What it does.")


class Capability(Part):
    """
    A function published under a slug of its own.
    """

    slug: CapabilityName = Field(description="What callers and workflows call it.")
    handler: Text = Field(description="A function's name, or a reference.")
    permission: PermissionId | None = Field(None, description="The permission that a caller needs.")
    input_schema: PluginPath | None = Field(None, description="A JSON Schema file for the input.")


class StepCondition(Part):
    """
    Runs the step only when the referenced value equals the given one.
    """

    ref: Text = Field(description="'$input.a' or '$steps.<id>.b'.")
    equals: FreeForm = Field(description="The value that lets the step run.")


class WorkflowStep(Part):
    """
    One capability in a workflow.
    """

    id: StepId = Field(description="What later steps call its result.")
    capability: CapabilityName = Field(description="The capability that it runs.")
    args: FreeForm = Field(default_factory=dict, description="Arguments; '$input.a' and '$steps.<id>.b' stand for values.")
    retries: YamlInt = Field(0, ge=0, le=100, description="How often it is tried again after a failure.")
    timeout: Duration | None = Field(None, description="The longest that one try may take.")
    when: StepCondition | None = Field(None, description="The condition on which it runs.")


class Workflow(Part):
    """
    Capabilities in order.
    """

    name: ItemId = Field(description="What others call it.")
    permission: PermissionId | None = Field(None, description="The permission that a caller needs.")
    steps: tuple[WorkflowStep, ...] = Field(min_length=1, description="What runs, in order.")

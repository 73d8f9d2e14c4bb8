"""
The parts of a manifest: one model for each mapping that a plugin.yaml may hold, one file for each subject.
"""

from honeyhost.manifest.parts.access import HostPermission, PermissionDeclaration, SeedGroup
from honeyhost.manifest.parts.base import Part, Shorthand
from honeyhost.manifest.parts.code import RouterEntry, RouteSpec, RuntimeSpec
from honeyhost.manifest.parts.pages import LandingPage, MenuItem, NavItem, Widget
from honeyhost.manifest.parts.texts import ErrorCode, TemplateEntry, Translations
from honeyhost.manifest.parts.work import Capability, Job, StepCondition, Workflow, WorkflowStep

__all__ = [
    "Capability",
    "ErrorCode",
    "HostPermission",
    "Job",
    "LandingPage",
    "MenuItem",
    "NavItem",
    "Part",
    "PermissionDeclaration",
    "RouteSpec",
    "RouterEntry",
    "RuntimeSpec",
    "SeedGroup",
    "Shorthand",
    "StepCondition",
    "TemplateEntry",
    "Translations",
    "Widget",
    "Workflow",
    "WorkflowStep",
]

"""
Reasons that lie in the host: its version, its Python, its runtimes.
"""

from dataclasses import dataclass
from typing import ClassVar

from honeyhost.resolver.reasons.base import Reason
from honeyhost.resolver.versions import phrase


@dataclass(frozen=True, kw_only=True, slots=True)
class HostVersionReason(Reason):
    """
    What the three about the host's version share.
    """

    rule: ClassVar[str] = "host-version"

    required: str
    actual: str

    @property
    def message(self) -> str:
        """
        The host versions that the plugin wants, and the one that runs.
        """
        return f"{self.subject} needs host {self.required}, this host is {self.actual}"

    @property
    def wanted(self) -> str:
        """
        The host versions that the plugin wants.
        """
        return f"host {self.required}"

    @property
    def found(self) -> str:
        """
        The host's version.
        """
        return self.actual

    @property
    def change(self) -> str:
        """
        A host version that would do.
        """
        return f"host {phrase(self.required)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class HostTooOld(HostVersionReason):
    """
    The host is older than the plugin asks for.
    """

    code: ClassVar[str] = "host-too-old"

    @property
    def hint(self) -> str:
        """
        Which host would do; which release of the plugin would is not known here.
        """
        return f"upgrade the host to {phrase(self.required)}, or install a release of {self.plugin} for host {self.actual}"


@dataclass(frozen=True, kw_only=True, slots=True)
class HostTooNew(HostVersionReason):
    """
    The host is newer than the plugin allows.
    """

    code: ClassVar[str] = "host-too-new"

    @property
    def hint(self) -> str:
        """
        The two ways round an upper bound.
        """
        return (
            f"install a release of {self.plugin} for host {self.actual}, "
            f'or waive the upper bound in honeyhost.toml: overrides.{self.plugin} = ["host-version"]'
        )

    @property
    def change(self) -> str:
        """
        A release for this host, or the operator's word.
        """
        return f"a release of {self.plugin} for host {self.actual} or an override of its upper bound"


@dataclass(frozen=True, kw_only=True, slots=True)
class HostExcluded(HostVersionReason):
    """
    The plugin takes this one host version out of its range.
    """

    code: ClassVar[str] = "host-excluded"

    @property
    def hint(self) -> str:
        """
        Another host version.
        """
        return f"run a host that is {phrase(self.required)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class PythonMismatch(Reason):
    """
    The plugin wants another Python.
    """

    code: ClassVar[str] = "python-mismatch"
    rule: ClassVar[str] = "python-version"

    required: str
    actual: str

    @property
    def message(self) -> str:
        """
        The Python that the plugin wants, and the one that runs.
        """
        return f"{self.subject} needs Python {self.required}, this host runs on Python {self.actual}"

    @property
    def hint(self) -> str:
        """
        Which Python would do.
        """
        return f"run the host on Python {phrase(self.required)}, or install a release of {self.plugin} for Python {self.actual}"

    @property
    def wanted(self) -> str:
        """
        The Python versions that the plugin wants.
        """
        return f"Python {self.required}"

    @property
    def found(self) -> str:
        """
        The interpreter's version.
        """
        return self.actual

    @property
    def change(self) -> str:
        """
        A Python that would do.
        """
        return f"Python {phrase(self.required)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class RuntimeUnavailable(Reason):
    """
    This host cannot run code of that kind.
    """

    code: ClassVar[str] = "runtime-unavailable"
    rule: ClassVar[str] = "runtime"

    required: str
    available: tuple[str, ...]

    @property
    def message(self) -> str:
        """
        The runtime that the plugin wants, and those that there are.
        """
        return f"{self.subject} needs the runtime '{self.required}', this host has {self.found}"

    @property
    def hint(self) -> str:
        """
        The two ways out.
        """
        return f"install {self.plugin} on a host with the runtime '{self.required}', or a release of it that needs {self.found}"

    @property
    def wanted(self) -> str:
        """
        The runtime that the plugin wants.
        """
        return f"runtime {self.required}"

    @property
    def found(self) -> str:
        """
        The runtimes of the host.
        """
        return ", ".join(self.available) or "none"

    @property
    def change(self) -> str:
        """
        The runtime to add.
        """
        return f"the runtime '{self.required}' on this host"

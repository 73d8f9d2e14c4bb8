"""
References: whether what a manifest points at is there, without importing anything.

Modules are found below the plugin's root, read, and asked for the names that they bind; paths are looked up beside them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from honeyhost.diagnostics import Problem, error, warning
from honeyhost.manifest.bindings import Bindings, SourceFaultError, bindings
from honeyhost.manifest.files import check_files
from honeyhost.manifest.model import PluginManifest
from honeyhost.manifest.pitfalls import router_pitfalls
from honeyhost.manifest.positions import child
from honeyhost.manifest.rules.code import HANDLED
from honeyhost.manifest.tree import SourceTree
from honeyhost.names import Reference, closest

MAX_SOURCE = 1024 * 1024

_SEARCHED = 20_000
_COMPILED = (".so", ".pyd")
_FOREIGN_RUNTIMES = frozenset({"wasm", "grpc"})


@dataclass(frozen=True, slots=True)
class _Code:
    """
    The code of one plugin, each file read once.
    """

    slug: str
    package: str
    tree: SourceTree
    read: dict[str, Bindings] = field(default_factory=dict)

    def file_of(self, module: str) -> str | None:
        """
        The source file of a module, or the folder that is a package without one.
        """
        base = module.replace(".", "/")
        for file in (f"{base}/__init__.py", f"{base}.py") if base else ("__init__.py",):
            if self.tree.exists(file) and not self.tree.is_dir(file):
                return file
        return base if self.tree.is_dir(base) else None

    def bindings_of(self, file: str) -> Bindings:
        if not file.endswith(".py"):
            return Bindings(frozenset(), complete=True)
        if file not in self.read:
            self.read[file] = bindings(self.tree.read(file, MAX_SOURCE))
        return self.read[file]

    def files(self) -> Iterator[str]:
        try:
            yield from islice(self.tree.files(), _SEARCHED)
        except OSError:
            return


def check_references(manifest: PluginManifest, tree: SourceTree, package: str) -> tuple[Problem, ...]:
    """
    A problem for each reference and path that leads nowhere, or out of the plugin.

    Args:
        manifest: what points.
        tree: the files below the plugin's root.
        package: the package that relative references start from.
    """
    found: list[Problem] = []
    if manifest.runtime.type not in _FOREIGN_RUNTIMES:
        code = _Code(manifest.name, package, tree)
        for text, path in _references(manifest):
            found.extend(_check(text, path, code))
    found.extend(check_files(manifest, tree))
    return tuple(found)


def own_module(reference: Reference, package: str, slug: str) -> str | None:
    """
    The module below the plugin's package (``backend.routers.patients``, or empty for the package itself), or None where the
    reference leaves it. ``plugins.<slug>`` is the plugin's own package too, wherever its code is installed.
    """
    if reference.relative:
        return reference.module
    for own in (package, f"plugins.{slug}"):
        if reference.module == own:
            return ""
        if own and reference.module.startswith(f"{own}."):
            return reference.module.removeprefix(f"{own}.")
    return None


def _references(manifest: PluginManifest) -> Iterator[tuple[str, str]]:
    if manifest.plugin is not None:
        yield manifest.plugin, "plugin"
    for index, entry in enumerate(manifest.routers):
        yield entry.router, child(child("routers", index), "router")
    for index, text in enumerate(manifest.middleware):
        yield text, child("middleware", index)
    for name in HANDLED:
        for index, item in enumerate(getattr(manifest, name)):
            if item.handler is not None:
                yield item.handler, child(child(name, index), "handler")


def _check(text: str, path: str, code: _Code) -> Iterator[Problem]:
    reference = Reference.parse(text)
    if reference is None:
        return
    module = own_module(reference, code.package, code.slug)
    if module is None:
        message = f"'{text}' lies outside the package '{code.package}' of plugin '{code.slug}'"
        hint = "write '.module:attribute' for a module below plugin.yaml"
        yield error("reference-not-owned", message, path=path, hint=hint, reference=text, package=code.package)
        return
    file = code.file_of(module)
    if file is not None:
        yield from _in_file(text, path, file, code)
    elif not _is_compiled(module, code):
        yield _module_missing(text, path, module, code)


def _in_file(text: str, path: str, file: str, code: _Code) -> Iterator[Problem]:
    try:
        found = code.bindings_of(file)
    except SourceFaultError as fault:
        place = f"{file}:{fault.line}" if fault.line else file
        message = f"'{text}' cannot be imported: {place}: {fault}"
        yield error("reference-syntax-error", message, path=path, reference=text, module=file, module_line=fault.line)
    except OSError as cause:
        message = f"'{text}' cannot be read: {cause}"
        yield error("reference-module-missing", message, path=path, reference=text, module=file)
    else:
        yield from _attribute(text, path, file, found)
        if path.startswith("routers[") and file.endswith(".py"):
            yield from _pitfalls(path, file, code)


def _pitfalls(path: str, file: str, code: _Code) -> Iterator[Problem]:
    """
    Warnings about what the framework makes of a router's module otherwise than its author may think.
    """
    for pitfall in router_pitfalls(code.tree.read(file, MAX_SOURCE)):
        facts = {"module": file, "module_line": pitfall.line, "router": pitfall.router, "call": pitfall.call}
        place = f"{file}:{pitfall.line}"
        if pitfall.kind == "prefix-ignored":
            message = f"{place}: {pitfall.router}.{pitfall.call} ignores the prefix of '{pitfall.router}'"
            hint = "write the whole path there, or use a route of the framework's own (router.get, router.websocket)"
            yield warning("router-prefix-ignored", message, path=path, hint=hint, **facts)
        else:
            message = f"{place}: '{pitfall.router}' is included in another router, so {pitfall.call} runs more than once"
            hint = "give the router a lifespan instead: APIRouter(lifespan=…) runs once"
            yield warning("router-events-repeated", message, path=path, hint=hint, **facts)


def _attribute(text: str, path: str, file: str, found: Bindings) -> Iterator[Problem]:
    attribute = text.rpartition(":")[2].split(".", 1)[0]
    if attribute in found.names or not found.complete:
        return
    near = closest(attribute, found.names)
    if file.endswith(".py"):
        message = f"'{text}' names '{attribute}', which {file} does not define"
        hint = f"did you mean '{near}'?" if near else f"define '{attribute}' at its top level, or name what it defines"
    else:
        message = f"'{text}' names '{attribute}', and the folder '{file or '.'}' has no __init__.py that could define it"
        hint = "name a module of that folder"
    facts = {"reference": text, "module": file, "attribute": attribute, "near": near}
    yield error("reference-attribute-missing", message, path=path, hint=hint, **facts)


def _module_missing(text: str, path: str, module: str, code: _Code) -> Problem:
    expected = f"{module.replace('.', '/')}.py"
    sources = (file.removesuffix(".py").removesuffix("/__init__") for file in code.files() if file.endswith(".py"))
    near = closest(module, {file.replace("/", ".") for file in sources})
    message = f"'{text}' names {expected}, which does not exist below the plugin's root"
    hint = f"did you mean '.{near}'?" if near else "references are looked up beside plugin.yaml"
    return error("reference-module-missing", message, path=path, hint=hint, reference=text, module=expected, near=near)


def _is_compiled(module: str, code: _Code) -> bool:
    base = module.replace(".", "/")
    return any(file.startswith(f"{base}.") and file.endswith(_COMPILED) for file in code.files())

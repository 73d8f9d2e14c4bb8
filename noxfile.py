"""
Sessions: what is run on the project. Each one sets up all that it needs.

``nox -s demo`` shows the host with two plugins, ``nox -s tests`` runs every test. ``nox`` alone runs what a change must pass.
"""

import os
import sys

import nox

nox.needs_version = ">=2025.5"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "imports", "docs", "tests"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
REFERENCE_PLUGINS = ("healthcare", "finance", "insights")


def install(session: nox.Session, *groups: str) -> None:
    """
    The project with every extra, editable, and the tools of some dependency groups.
    """
    session.install("-e", ".[all]", *nox.project.dependency_groups(PYPROJECT, *groups))


@nox.session
def tests(session: nox.Session) -> None:
    """
    Every test, with branch coverage and its floor. Arguments go to pytest: ``nox -s tests -- tests/unit/manifest``.
    """
    install(session, "test")
    if session.posargs:
        session.run("python", "-m", "pytest", *session.posargs)
        return
    # Many of them wait for processes: one worker more than there are processors keeps these busy.
    workers = str(1 + (os.cpu_count() or 1))
    session.run("python", "-m", "pytest", "-n", workers, "--durations=15", "--cov", "--cov-report=term", "tests", "plugins")


@nox.session
def lint(session: nox.Session) -> None:
    """
    Rules and formatting.
    """
    session.install(*nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """
    Types of the package and of the reference plugins.
    """
    install(session, "types", "test")
    session.run("mypy")
    session.run("mypy", *(f"--package=plugins.{name}.backend" for name in REFERENCE_PLUGINS))


@nox.session
def imports(session: nox.Session) -> None:
    """
    Imports point down the house.
    """
    install(session, "imports")
    session.run("lint-imports")


@nox.session
def docs(session: nox.Session) -> None:
    """
    Generated pages are up to date, links lead somewhere, examples run. ``nox -s docs -- --write`` writes the generated pages.
    """
    install(session, "test")
    if "--write" in session.posargs:
        session.run("python", "docs/generate.py")
        return
    session.run("python", "docs/generate.py", "--check")
    session.run("python", "-m", "pytest", "tests/completeness", "-k", "docs")


@nox.session
def schema(session: nox.Session) -> None:
    """
    The API document of the host against a running host. Arguments go to schemathesis: ``nox -s schema -- --seed 7``.
    """
    install(session, "schema")
    session.run("python", "tests/schema/run.py", *session.posargs)


@nox.session(venv_backend="none")
def demo(session: nox.Session) -> None:
    """
    A platform with a plugin from a wheel and two from folders, one of which an operator consents to; ``nox -s demo --
    --check`` asserts and leaves.
    """
    # Ctrl-C ends the server and removes what was set up: that takes a moment.
    patience = {"interrupt_timeout": 20.0, "terminate_timeout": 10.0}
    session.run(sys.executable, "docs/examples/demo.py", *session.posargs, **patience)


@nox.session
def bench(session: nox.Session) -> None:
    """
    The benchmarks, quick; ``nox -s bench -- --full`` for the long form.
    """
    install(session, "bench")
    session.run("python", "benchmarks/run.py", *session.posargs)

"""
Python's logging, listened to: whose record it is, what is kept of it, and that nobody suffers for it.
"""

import asyncio
import logging
import sys
import threading
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from honeyhost.names import MASK
from honeyhost.sdk.requires import passage
from honeyhost.services.guard import Guard
from honeyhost.services.logs import BufferHandler, LogBuffer, installed
from honeyhost.services.logs.attribution import owner
from honeyhost.services.logs.bounds import LONGEST_MESSAGE
from honeyhost.services.logs.handler import LOGGERS
from honeyhost.services.logs.plugin import PluginLog
from honeyhost.services.usage import Usage

PACKAGES = {"honeyframe_ledger": "ledger", "acme.clinic": "clinic"}


@pytest.fixture
def loggers():
    """
    Makes loggers that are forgotten afterwards, and puts back what a test changes of those that are listened to.
    """
    known = set(logging.root.manager.loggerDict)
    before = {name: (logging.getLogger(name).propagate, logging.getLogger(name).level) for name in LOGGERS}
    logging.root.setLevel(logging.DEBUG)
    for name in LOGGERS:  # servers of other tests may have made them quiet
        logging.getLogger(name).setLevel(logging.NOTSET)
    yield logging.getLogger
    for name, (propagate, level) in before.items():
        logging.getLogger(name).propagate = propagate
        logging.getLogger(name).setLevel(level)
    for name in logging.root.manager.loggerDict.keys() - known:
        del logging.root.manager.loggerDict[name]


@pytest.fixture
def buffer(loggers):
    """
    What is logged while a test runs, without its own secrets.
    """
    made = LogBuffer()
    secrets = {"clinic": frozenset({"hunter2"})}
    with installed(
        made,
        lambda slug: secrets.get(slug, frozenset()),
        others=lambda: frozenset({"swordfish"}),
        packages=lambda: PACKAGES,
    ):
        yield made


def last(buffer):
    return buffer.recent(1)[0]


@contextmanager
def running(slug):
    token = passage.set((slug, None, frozenset(), None, None))
    try:
        yield
    finally:
        passage.reset(token)


def raising(module, error):
    """
    Raises an error in a function of a module of this name.
    """
    scope = {"__name__": module, "error": error}
    exec("def fail():\n    raise error", scope)  # noqa: S102 - the code of a plugin
    scope["fail"]()


class TestWhoseItIs:
    def test_a_record_that_names_its_plugin(self, buffer, loggers):
        loggers("honeyhost").error("plugin '%s' failed", "clinic", extra={"plugin": "clinic", "phase": "start"})
        assert (last(buffer).plugin, last(buffer).message) == ("clinic", "plugin 'clinic' failed")
        assert last(buffer).fields == {"logger": "honeyhost", "phase": "start"}

    @pytest.mark.parametrize("said", ["no slug!", None, 7, ["clinic"]])
    def test_a_name_that_no_plugin_can_have_is_none(self, buffer, loggers, said):
        loggers("library").warning("a", extra={"plugin": said})
        assert last(buffer).plugin is None

    def test_whatever_is_logged_while_code_of_a_plugin_runs(self, buffer, loggers):
        with running("clinic"):
            loggers("httpx").info("GET")
            loggers("plugins.ledger").info("asked by the clinic")
        assert [record.plugin for record in buffer.query()] == ["clinic", "clinic"]

    def test_also_in_its_tasks_and_in_threads_that_it_waits_for(self, buffer, loggers):
        async def main():
            with running("clinic"):
                await asyncio.create_task(work())
                await asyncio.to_thread(loggers("library").info, "in a thread")
            loggers("library").info("outside")

        async def work():
            loggers("library").info("in a task")

        asyncio.run(main())
        found = {record.message: record.plugin for record in buffer.query(text="i") if record.fields["logger"] == "library"}
        assert found == {"outside": None, "in a thread": "clinic", "in a task": "clinic"}

    @pytest.mark.parametrize(
        ("name", "plugin"),
        [
            ("plugins.clinic", "clinic"),
            ("plugins.clinic.backend.notes", "clinic"),
            ("plugins._sample-one.backend", "_sample-one"),
            ("plugins", None),
            ("plugins.no slug.a", None),
            ("myplugins.clinic", None),
            ("honeyframe_ledger", "ledger"),
            ("honeyframe_ledger.jobs", "ledger"),
            ("honeyframe_ledgers", None),
            ("acme.clinic.backend", "clinic"),
            ("acme", None),
            ("", None),
            ("root", None),
        ],
    )
    def test_by_the_package_that_its_logger_lies_in(self, buffer, loggers, name, plugin):
        assert owner(name, PACKAGES) == plugin
        thread = threading.Thread(target=loggers(name).info, args=("a",))
        thread.start()
        thread.join()
        assert last(buffer).plugin == plugin

    def test_a_generation_with_names_of_its_own_belongs_to_its_package(self, buffer, loggers):
        loggers("_hh_clinic_g2").parent = loggers("plugins.clinic")
        loggers("_hh_clinic_g2.backend").info("a")
        assert last(buffer).plugin == "clinic"

    def test_an_exception_is_of_the_plugin_whose_code_it_came_from(self, buffer, loggers):
        try:
            raising("plugins.clinic.backend", ValueError("no licence"))
        except ValueError:
            loggers("uvicorn.error").exception("Exception in ASGI application")
        assert last(buffer).plugin == "clinic"

    @pytest.mark.parametrize("told", [True, (None, None, None), None])
    def test_a_record_that_tells_of_no_exception_is_nobodys(self, loggers, told):
        buffer = LogBuffer()
        record = logging.makeLogRecord({"name": "library", "msg": "a", "levelno": 20, "exc_info": told})
        BufferHandler(buffer, lambda _: frozenset()).handle(record)
        assert last(buffer).plugin is None
        assert set(last(buffer).fields) == {"logger"}


class TestWhatIsKept:
    @pytest.mark.parametrize(("number", "level"), [(50, "error"), (35, "warning"), (20, "info"), (5, "debug")])
    def test_levels_of_pythons_logging_become_ours(self, buffer, loggers, number, level):
        loggers("library").setLevel(1)
        loggers("library").log(number, "a")
        assert last(buffer).level == level

    def test_what_comes_as_extra_are_its_fields(self, buffer, loggers):
        loggers("uvicorn").info("a", extra={"color_message": "\x1b[1ma", "request": {"id": 7}, "exception": "mine"})
        assert last(buffer).fields == {"logger": "uvicorn", "request": {"id": 7}, "extra.exception": "mine"}

    def test_an_exception_is_kept_with_its_text_and_where_it_came_from(self, buffer, loggers):
        try:
            raising("library", ValueError("no licence"))
        except ValueError:
            loggers("library").exception("it failed", stack_info=True)
        fields = last(buffer).fields
        assert fields["exception"] == "ValueError: no licence"
        assert fields["traceback"].startswith("Traceback (most recent call last):\n")
        assert fields["traceback"].endswith("ValueError: no licence\n")
        assert fields["stack"].startswith("Stack (most recent call last):\n")

    def test_of_a_long_traceback_the_end_is_kept(self, buffer, loggers):
        loggers("library").error("a", exc_info=ValueError("x" * 20_000 + "end"))
        trace = last(buffer).fields["traceback"]
        assert trace.startswith("(")
        assert trace.endswith("xend\n")
        assert len(trace) < LONGEST_MESSAGE + 50

    def test_secrets_of_its_plugin_are_in_none_of_it(self, buffer, loggers):
        try:
            raising("library", ValueError("with hunter2"))
        except ValueError:
            loggers("plugins.clinic").exception(
                "it is %s", "hunter2", extra={"note": "hunter2", "api_key": "k", "hunter2": 1}, stack_info=True
            )
        told = str(last(buffer).to_json())
        assert "hunter2" not in told
        assert last(buffer).message == f"it is {MASK}"
        assert last(buffer).fields["exception"] == f"ValueError: with {MASK}"
        assert last(buffer).fields["api_key"] == MASK

    def test_records_of_nobody_hold_no_secret_that_is_known(self, buffer, loggers):
        loggers("library").warning("swordfish hunter2")
        assert last(buffer).message == f"{MASK} hunter2"

    def test_a_long_message_is_cut(self, buffer, loggers):
        loggers("library").info("x" * (LONGEST_MESSAGE + 1))
        assert last(buffer).message.endswith("x… (1 more characters)")


class TestOnce:
    @pytest.mark.parametrize("propagate", [True, False])
    def test_a_record_is_kept_once_whether_its_logger_hands_it_on_or_not(self, buffer, loggers, propagate):
        for name in ("honeyhost", "uvicorn"):
            loggers(name).propagate = propagate
        loggers("honeyhost").warning("a")
        loggers("uvicorn.error").warning("b")
        assert [record.message for record in buffer.query()] == ["b", "a"]

    def test_requests_are_no_records(self, buffer, loggers):
        loggers("uvicorn.access").propagate = False
        loggers("uvicorn.access").info("GET /")
        assert buffer.count == 0

    def test_what_a_plugin_writes_through_its_host_is_not_kept_twice(self, buffer, loggers):
        guard = Guard("clinic", grants=dict, usage=Usage(), limits={}, refused=print)
        PluginLog(guard, buffer, secrets=frozenset).warning("a")
        assert [record.message for record in buffer.query()] == ["a"]

    def test_two_hosts_in_a_process_keep_it_both(self, buffer, loggers):
        other = LogBuffer()
        with installed(other, lambda _: frozenset()):
            loggers("library").info("a")
        loggers("library").info("b")
        assert ([r.message for r in buffer.query()], [r.message for r in other.query()]) == (["b", "a"], ["a"])

    def test_afterwards_nothing_is_left_behind(self, loggers):
        before = {name: list(loggers(name).handlers) for name in LOGGERS}
        with installed(LogBuffer(), lambda _: frozenset()) as handler:
            assert all(handler in loggers(name).handlers for name in LOGGERS)
        assert {name: list(loggers(name).handlers) for name in LOGGERS} == before


class TestHarmless:
    @pytest.mark.parametrize(
        ("message", "arguments", "shown"),
        [
            ("%d of %s", ("x",), "%d of %s (its arguments cannot be shown: TypeError)"),
            (SimpleNamespace(a=1), (), "namespace(a=1)"),
        ],
    )
    def test_arguments_that_do_not_fit_are_said_to(self, loggers, message, arguments, shown):
        buffer = LogBuffer()
        record = logging.makeLogRecord({"name": "library", "msg": message, "args": arguments, "levelno": 20})
        BufferHandler(buffer, lambda _: frozenset()).handle(record)
        assert last(buffer).message == shown

    def test_a_failure_of_ours_is_told_as_pythons_logging_tells_them_and_raises_nothing(self, loggers, capsys):
        def fail(_):
            raise RuntimeError("no secrets at hand")

        buffer = LogBuffer()
        with installed(buffer, fail):
            loggers("plugins.clinic").info("a")
            loggers("library").info("b")
        assert [record.message for record in buffer.query()] == ["b"]
        assert "RuntimeError: no secrets at hand" in capsys.readouterr().err

    def test_what_is_logged_while_it_works_leads_to_nothing(self, loggers):
        def secrets(_):
            loggers("plugins.clinic").info("looking for secrets")
            return frozenset()

        buffer = LogBuffer()
        with installed(buffer, secrets):
            loggers("plugins.clinic").info("a")
        assert [record.message for record in buffer.query()] == ["a"]

    @pytest.mark.parametrize(("level", "shown"), [("warning", True), ("info", False)])
    def test_where_nobody_else_listens_a_warning_is_shown_as_without_us(self, loggers, capsys, monkeypatch, level, shown):
        monkeypatch.setattr(logging.root, "handlers", [])
        monkeypatch.setattr(logging, "lastResort", logging._StderrHandler(logging.WARNING))
        guard = Guard("clinic", grants=dict, usage=Usage(), limits={}, refused=print)
        buffer = LogBuffer()
        with installed(buffer, lambda _: frozenset()), installed(LogBuffer(), lambda _: frozenset()):
            getattr(loggers("honeyhost"), level)("alone")
            getattr(PluginLog(guard, buffer, secrets=frozenset), level)("of a plugin")
        assert capsys.readouterr().err == ("alone\nof a plugin\n" if shown else "")

    def test_where_somebody_else_listens_it_is_theirs_to_show(self, loggers, capsys, monkeypatch):
        monkeypatch.setattr(logging.root, "handlers", [])
        heard = logging.StreamHandler(sys.stderr)
        loggers("library").addHandler(heard)
        loggers("library").propagate = False
        loggers("library.inner").setLevel(logging.DEBUG)
        buffer = LogBuffer()
        handler = BufferHandler(buffer, lambda _: frozenset())
        loggers("library").addHandler(handler)
        loggers("library.inner").warning("once")
        assert capsys.readouterr().err == "once\n"
        assert last(buffer).message == "once"

    def test_a_program_that_wants_no_last_resort_gets_none(self, loggers, capsys, monkeypatch):
        monkeypatch.setattr(logging.root, "handlers", [])
        monkeypatch.setattr(logging, "lastResort", None)
        with installed(LogBuffer(), lambda _: frozenset()):
            loggers("library").warning("a")
        assert capsys.readouterr().err == ""

"""
``host.log``: what a plugin writes, and where it goes.
"""

import logging

import pytest

from honeyhost.errors import OperationRefusedError
from honeyhost.names import MASK
from honeyhost.sdk.operations import LOG
from honeyhost.services.guard import Guard
from honeyhost.services.logs import LogBuffer
from honeyhost.services.logs.bounds import LONGEST_MESSAGE
from honeyhost.services.logs.plugin import PluginLog
from honeyhost.services.usage import Usage


class Logged:
    """
    A plugin's log, its buffer, its guard, and the secrets of its configuration.
    """

    def __init__(self, **limits):
        self.secrets = frozenset()
        self.refusals = []
        self.guard = Guard("clinic", grants=dict, usage=Usage(), limits=limits, refused=self.refusals.append)
        self.buffer = LogBuffer()
        self.log = PluginLog(self.guard, self.buffer, secrets=lambda: self.secrets)

    @property
    def last(self):
        return self.buffer.recent(1)[0]


@pytest.fixture
def logged():
    return Logged()


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error"])
def test_each_level_is_kept_and_goes_on_to_pythons_logging(logged, level, caplog):
    with caplog.at_level(logging.DEBUG):
        getattr(logged.log, level)("100% of %s", patient=7)
        logged.log.write(level, "written", {"message": "a field"})
    kept = logged.buffer.query()
    assert [(record.level, record.plugin, record.message, record.fields) for record in kept] == [
        (level, "clinic", "written", {"message": "a field"}),
        (level, "clinic", "100% of %s", {"patient": 7}),
    ]
    told = caplog.records[0]
    assert (told.name, told.levelname, told.getMessage()) == ("honeyhost.plugin.clinic", level.upper(), "100% of %s")
    assert (told.plugin, told.fields) == ("clinic", {"patient": 7})


def test_the_line_of_the_plugin_is_where_pythons_logging_says_that_it_was_logged(logged, caplog):
    logged.log.warning("a")
    logged.log.write("warning", "b")
    assert {record.filename for record in caplog.records} == {"test_logs_plugin.py"}


def test_it_needs_no_grant_and_is_counted(logged):
    logged.log.info("a")
    logged.log.info("b")
    tally = logged.guard.tally(LOG)
    assert (tally.done, tally.refused, tally.errors) == (2, 0, 0)
    assert tally.last_at > 0


def test_an_operator_may_limit_how_much_it_is():
    logged = Logged(log=1)
    logged.log.info("a")
    logged.log.info("b")  # left out, and nobody's work fails for it
    assert logged.guard.tally(LOG).limited == 1
    assert [refusal.operation for refusal in logged.refusals] == ["log"]
    assert logged.buffer.count == 1


@pytest.mark.parametrize(
    ("level", "shown", "hint"),
    [
        ("warn", "warn", "did you mean warning?"),
        (None, "None", "the levels are debug, info, warning, error"),
        ("x" * 99, "x" * 40, "the levels are debug, info, warning, error"),
    ],
)
def test_another_level_is_refused(logged, level, shown, hint):
    with pytest.raises(OperationRefusedError) as caught:
        logged.log.write(level, "a")
    assert str(caught.value) == f"plugin 'clinic' logs at the level '{shown}', and there is none of that name"
    assert (caught.value.hint, caught.value.params) == (hint, {"plugin": "clinic", "operation": "log"})
    assert (logged.buffer.count, logged.guard.tally(LOG).errors) == (0, 1)


def test_the_secrets_of_this_moment_are_masked_everywhere(logged, caplog):
    logged.secrets = frozenset({"hunter2"})
    logged.log.warning("it is hunter2", note="hunter2", smtp_password="x", deep={"hunter2": ["hunter2"]})
    logged.secrets = frozenset({"swordfish"})
    logged.log.warning("hunter2 swordfish")
    newer, older = logged.buffer.query()
    assert (older.message, newer.message) == (f"it is {MASK}", f"hunter2 {MASK}")
    assert older.fields == {"note": MASK, "smtp_password": MASK, "deep": {MASK: [MASK]}}
    assert [record.getMessage() for record in caplog.records] == [older.message, newer.message]
    assert caplog.records[0].fields == older.fields


def test_a_message_is_bounded_and_says_so(logged):
    logged.log.info("x" * (LONGEST_MESSAGE + 3))
    assert logged.last.message == "x" * LONGEST_MESSAGE + "… (3 more characters)"


def test_controls_stay_in_the_record_and_are_made_visible_for_pythons_handlers(logged, caplog):
    logged.log.warning("a\n2026 ERROR forged\x1b[31m\u202e")
    assert logged.last.message == "a\n2026 ERROR forged\x1b[31m\u202e"
    assert caplog.records[0].getMessage() == "a 2026 ERROR forged\\x1b[31m\\u202e"


@pytest.mark.parametrize(("message", "shown"), [(7, "7"), (None, "None"), (ValueError("no"), "ValueError: no")])
def test_a_message_that_is_no_text_is_made_one(logged, message, shown):
    logged.log.info(message)
    assert logged.last.message == shown


def test_fields_that_are_no_mapping_are_kept_all_the_same(logged):
    logged.log.write("info", "a", [1, 2])
    assert logged.last.fields == {"…": [1, 2]}

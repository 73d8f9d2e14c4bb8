import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from honeyhost.cli.output import document, failure, write_json
from honeyhost.diagnostics import error
from honeyhost.names import hidden_characters


def test_a_document_begins_with_its_version():
    assert list(document({"plugins": []})) == ["version", "plugins"]
    assert document({})["version"] == 1


def test_a_failure_is_a_document_with_the_problem():
    problem = error("refused", "not now", hint="later", plugin="a")
    assert failure(problem) == {"version": 1, "error": problem.to_json()}


def test_programs_get_one_line(reader):
    write_json(reader.streams.out, {"version": 1, "name": "Zürich"})
    assert reader.out == '{"version": 1, "name": "Zürich"}\n'


def test_people_get_it_indented(make_reader):
    reader = make_reader(terminal=True, width=80)
    write_json(reader.streams.out, {"version": 1})
    assert reader.out == '{\n  "version": 1\n}\n'


def test_json_is_utf8_also_where_the_stream_is_not(make_reader):
    reader = make_reader(encoding="ascii")
    write_json(reader.streams.out, {"name": "Zürich"})
    assert reader.out == '{"name": "Zürich"}\n'


def test_what_steers_a_terminal_is_escaped_and_stays_the_same_data(make_reader):
    hostile = {"name": "\x1b[2J\x9b\u202e\u2066\x7f\udcff\U000e0001\u200d"}
    reader = make_reader(terminal=True, width=80)
    write_json(reader.streams.out, hostile)
    assert "\\u202e" in reader.out
    assert hidden_characters(reader.out.replace("\n", "")) == ()
    assert json.loads(reader.out) == hostile


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.dictionaries(st.text(st.characters()), st.text(st.characters())))
def test_every_text_survives(make_reader, body):
    reader = make_reader()
    write_json(reader.streams.out, body)
    assert json.loads(reader.out) == body
    assert reader.out.count("\n") == 1

from collections.abc import Callable

import pytest

Ask = Callable[..., list[str]]


def test_text_in_any_writing_is_text(ask: Ask):
    nav = [{"label": {"ar": "المرضى", "fa": "می‌خواهم", "ja": "患者"}, "path": "/demo"}]
    assert ask(sort=3, homepage=None, display_name="Ψυχή 👩‍⚕️", description="two\nlines\tand a tab", nav=nav) == []


@pytest.mark.parametrize(
    ("character", "shown"),
    [
        ("\x1b", "\\x1b"),
        ("\x9b", "\\x9b"),
        ("\u202e", "\\u202e"),
        ("\u2066", "\\u2066"),
        ("\u200e", "\\u200e"),
        ("\u200b", "\\u200b"),
    ],
)
def test_what_cannot_be_seen_is_shown_escaped(ask: Ask, character: str, shown: str):
    assert ask(author=f"a{character}b{character}") == [
        (
            f"warning[control-character] author: the text has characters that cannot be seen: {shown} | "
            "take them out; they are shown escaped"
        )
    ]


def test_text_for_people_is_looked_through_in_depth(ask: Ask):
    lines = ask(
        permissions=[{"id": "note.read", "label": "a\x07"}],
        host_permissions=[{"type": "dbt", "purpose": {"en": "a\x07"}}],
        error_codes=[{"code": "a", "message": "a\x07"}],
        i18n={"translations": {"en": {"a.b": "a\x07"}}},
        widgets=[{"id": "a", "title": "a\x07", "handler": ".a:f"}],
    )
    assert [line.split(":")[0] for line in lines] == [
        "warning[control-character] error_codes[0].message",
        "warning[control-character] host_permissions[0].purpose.en",
        'warning[control-character] i18n.translations.en["a.b"]',
        "warning[control-character] permissions[0].label",
        "warning[control-character] widgets[0].title",
    ]


def test_where_nobody_can_mean_it_it_is_an_error(ask: Ask):
    lines = ask(
        kind="a\nb",
        runtime={"type": "grpc", "command": ["./plugin", "\u202e"]},
        jobs=[{"id": "a", "handler": ".a:f", "schedule": "* * * * *", "args": {"separator": "\x1f"}}],
    )
    assert lines == [
        "error[control-character] kind: the text has characters that cannot be seen: ' ' | take them out; they are shown escaped",
        (
            "error[control-character] runtime.command[1]: the text has characters that cannot be seen: \\u202e | "
            "take them out; they are shown escaped"
        ),
    ]


def test_many_are_not_all_listed(ask: Ask):
    (line,) = ask(author="".join(chr(number) for number in range(1, 9)))
    assert line.endswith("cannot be seen: \\x01, \\x02, \\x03, \\x04, \\x05 | take them out; they are shown escaped")


def test_a_backslash_is_no_hidden_character(ask: Ask):
    assert ask(author='a\\b "c"') == []

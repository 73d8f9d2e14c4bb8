"""
E-mail: what a plugin may send, to whom, and what comes of it.
"""

import asyncio

import pytest
from guarding import Guarded
from mailing import post_office

from honeyhost.errors import (
    OperationFailedError,
    OperationLimitedError,
    OperationRefusedError,
    OperationTimeoutError,
    PermissionNotGrantedError,
)
from honeyhost.sdk.operations import SEND_EMAIL
from honeyhost.services.mail import Mailer, PluginEmail

SENDER = "Acme Platform <Platform@ACME.example>"


def run(test, *grants, seconds=30.0, **given):
    """
    A test with a plugin's ``host.email``, its guard and the mail server.
    """

    async def main():
        async with post_office(**given) as post:
            guarded = Guarded(*(grants or ("email:acme.example", "email:*.clinic.example")))
            mailer = Mailer(f"smtp://127.0.0.1:{post.port}", SENDER, seconds=seconds)
            try:
                return await test(PluginEmail(guarded.guard, mailer), guarded, post)
            finally:
                await mailer.close()

    return asyncio.run(main())


def test_a_message_arrives_as_it_was_meant():
    async def test(email, guarded, post):
        await email.send(
            ["Ada Lovelace <ada@ACME.example>", "bob@a.clinic.example."],
            "Grüße, ein Befund",
            "Guten Tag\n.\nein Punkt\n",
            html="<p>Guten Tag ü</p>",
            cc=["Dr. Çelik <c@acme.example>", "ada@acme.example"],
            reply_to="Praxis <praxis@elsewhere.example>",
        )
        (envelope,), (message,) = post.envelopes, post.messages
        assert envelope.mail_from == "Platform@acme.example"
        assert envelope.rcpt_tos == ["ada@acme.example", "bob@a.clinic.example", "c@acme.example"]
        assert {name: str(value) for name, value in message.items() if name not in ("Date", "Message-ID", "Content-Type")} == {
            "From": "Acme Platform <Platform@acme.example>",
            "To": "Ada Lovelace <ada@acme.example>, bob@a.clinic.example",
            "Cc": '"Dr. Çelik" <c@acme.example>, ada@acme.example',
            "Reply-To": "Praxis <praxis@elsewhere.example>",
            "Subject": "Grüße, ein Befund",
            "Auto-Submitted": "auto-generated",
            "X-Honeyhost-Plugin": "clinic",
            "MIME-Version": "1.0",
        }
        assert message["Date"].datetime.tzinfo is not None
        assert message["Message-ID"].endswith("@acme.example>")
        assert message.get_body(("plain",)).get_content() == "Guten Tag\r\n.\r\nein Punkt\r\n"
        assert message.get_body(("html",)).get_content() == "<p>Guten Tag ü</p>\r\n"
        assert envelope.original_content.isascii()
        assert guarded.counted(SEND_EMAIL) == (1, 0, 0)

    run(test)


def test_one_address_and_a_text_are_enough():
    async def test(email, guarded, post):
        assert await email.send("ada@acme.example", "", "") is None
        (message,) = post.messages
        assert (message["To"], message["Subject"], message["Cc"], message["Reply-To"]) == ("ada@acme.example", "", None, None)
        assert (message.get_content_type(), message.get_content().strip()) == ("text/plain", "")

    run(test)


def test_a_domain_in_another_script_is_granted_in_its_ascii_form():
    async def test(email, guarded, post):
        await email.send("Ada <ada@Bücher.example>", "x", "y")
        assert post.envelopes[0].rcpt_tos == ["ada@xn--bcher-kva.example"]

    run(test, "email:xn--bcher-kva.example")


@pytest.mark.parametrize(
    ("to", "cc", "wanted"),
    [
        ("ada@other.example", (), "email:other.example"),
        (["ada@acme.example", "eve@Evil.example"], (), "email:evil.example"),
        ("ada@acme.example", ["eve@evil.example"], "email:evil.example"),
        ("ada@clinic.example", (), "email:clinic.example"),
        ("ada@acme.example.evil.example", (), "email:acme.example.evil.example"),
        ("ada@xacme.example", (), "email:xacme.example"),
        ("acme.example@evil.example", (), "email:evil.example"),
    ],
)
def test_nothing_is_sent_unless_every_domain_is_granted(to, cc, wanted):
    async def test(email, guarded, post):
        with pytest.raises(PermissionNotGrantedError) as refused:
            await email.send(to, "x", "y", cc=cc)
        assert refused.value.params["grant"] == wanted
        assert post.protocols == []
        assert guarded.counted(SEND_EMAIL) == (0, 1, 0)

    run(test)


def test_a_grant_that_is_taken_back_counts_from_the_next_message_on():
    async def test(email, guarded, post):
        await email.send("ada@acme.example", "x", "y")
        guarded.grant("email:other.example")
        with pytest.raises(PermissionNotGrantedError):
            await email.send("ada@acme.example", "x", "y")
        assert len(post.envelopes) == 1

    run(test)


ONE = "is not one e-mail address"


@pytest.mark.parametrize(
    ("to", "given", "said"),
    [
        ("", {}, f"'' {ONE}"),
        ([], {}, "the message has no recipient"),
        ("ada", {}, f"'ada' {ONE}"),
        ("ada@acme.example, eve@evil.example", {}, f"'ada@acme.example, eve@evil.example' {ONE}"),
        ("ada@acme.example;eve@evil.example", {}, f"'ada@acme.example;eve@evil.example' {ONE}"),
        ("eve@evil.example <ada@acme.example>", {}, f"'eve@evil.example <ada@acme.example>' {ONE}"),
        ("<eve@evil.example> <ada@acme.example>", {}, f"'<eve@evil.example> <ada@acme.example>' {ONE}"),
        ("Ada <ada@acme.example> <eve@evil.example>", {}, f"'Ada <ada@acme.example> <eve@evil.example>' {ONE}"),
        ('"eve@evil.example" <ada@acme.example>', {}, f"'\"eve@evil.example\" <ada@acme.example>' {ONE}"),
        ("Ada (eve) <ada@acme.example>", {}, f"'Ada (eve) <ada@acme.example>' {ONE}"),
        ("Ada, <ada@acme.example>", {}, f"'Ada, <ada@acme.example>' {ONE}"),
        ("eve@evil.example@acme.example", {}, f"'eve@evil.example@acme.example' {ONE}"),
        ('"eve@evil.example"@acme.example', {}, f"'\"eve@evil.example\"@acme.example' {ONE}"),
        ("team: ada@acme.example;", {}, f"'team: ada@acme.example;' {ONE}"),
        ("ada@acme.example\r\nBcc: eve@evil.example", {}, f"'ada@acme.example\\r\\nBcc: eve@evil.example' {ONE}"),
        ("Ada\r\nBcc: eve@evil.example <ada@acme.example>", {}, f"'Ada\\r\\nBcc: eve@evil.example <ada@acme.example>' {ONE}"),
        ("ada@acme.example\x00", {}, f"'ada@acme.example\\x00' {ONE}"),
        ("ada@acme.example> SIZE=1 <x", {}, f"'ada@acme.example> SIZE=1 <x' {ONE}"),
        ("adä@acme.example", {}, f"'adä@acme.example' {ONE}"),
        ("a..b@acme.example", {}, f"'a..b@acme.example' {ONE}"),
        (".a@acme.example", {}, f"'.a@acme.example' {ONE}"),
        (f"{'a' * 65}@acme.example", {}, f"'{'a' * 65}@acme.example' {ONE}"),
        ("ada@[127.0.0.1]", {}, "'[127.0.0.1]' is no name of a host"),
        ("ada@127.0.0.1", {}, "'127.0.0.1' is no domain"),
        ("ada@acme..example", {}, "'acme..example' is no name of a host"),
        (["ada@acme.example", None], {}, f"'None' {ONE}"),
        ([f"a{number}@acme.example" for number in range(51)], {}, "51 recipients are too many; the most is 50"),
        (
            [f"a{number}@acme.example" for number in range(50)],
            {"cc": ["b@acme.example"]},
            "51 recipients are too many; the most is 50",
        ),
        ("ada@acme.example", {"cc": ["eve"]}, f"'eve' {ONE}"),
        ("ada@acme.example", {"cc": "eve"}, f"'eve' {ONE}"),
        ("ada@acme.example", {"reply_to": "a@b.example, c@d.example"}, f"'a@b.example, c@d.example' {ONE}"),
        ("ada@acme.example", {"reply_to": ""}, f"'' {ONE}"),
        *(
            ("ada@acme.example", {"subject": subject}, "a subject is one printable line of at most 900 characters")
            for subject in (
                "a\r\nBcc: eve@evil.example",
                "a\nb",
                "a\rb",
                "a\x00",
                "a\x0bb",
                "a\x85b",
                "a\u2028b",
                "\ud800",
                "x" * 901,
                None,
                b"x",
            )
        ),
        ("ada@acme.example", {"body": None}, "'body' is no text"),
        ("ada@acme.example", {"body": "\ud800"}, "'body' is no text"),
        ("ada@acme.example", {"html": b"<p>"}, "'html' is no text"),
        (
            "ada@acme.example",
            {"body": "x" * (1024 * 1024 + 1)},
            "'body' has 1048577 bytes; the most is 1048576 for all of the message",
        ),
        (
            "ada@acme.example",
            {"html": "ü" * (512 * 1024 + 1)},
            "'html' has 1048578 bytes; the most is 1048576 for all of the message",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_and_not_sent(to, given, said):
    async def test(email, guarded, post):
        with pytest.raises(OperationRefusedError) as refused:
            await email.send(to, **{"subject": "x", "body": "y", **given})
        assert str(refused.value) == f"email.send of plugin 'clinic' is refused: {said}"
        assert refused.value.params == {"plugin": "clinic", "operation": "send_email"}
        assert post.protocols == []
        assert guarded.counted(SEND_EMAIL) == (0, 0, 1)

    run(test)


def test_a_message_is_measured_as_it_is_sent():
    async def test(email, guarded, post):
        with pytest.raises(OperationRefusedError, match=r"the message has \d+ bytes; the most is 1048576$"):
            await email.send("ada@acme.example", "x", "ü" * 500_000)
        assert post.protocols == []

    run(test)


def test_fifty_recipients_are_the_most():
    async def test(email, guarded, post):
        await email.send([f"a{number}@acme.example" for number in range(50)], "x", "y")
        assert len(post.envelopes[0].rcpt_tos) == 50

    run(test)


def test_a_plugin_without_any_grant_is_told_that_first():
    async def test(email, guarded, post):
        guarded.grant("http")
        with pytest.raises(PermissionNotGrantedError, match="'email' is not granted"):
            await email.send("no address", "x", "y")

    run(test)


def test_a_plugin_that_writes_too_often_is_limited():
    async def test(email, guarded, post):
        for _ in range(10):
            await email.send("ada@acme.example", "x", "y")
        with pytest.raises(OperationLimitedError):
            await email.send("ada@acme.example", "x", "y")
        assert len(post.envelopes) == 10

    run(test)


@pytest.mark.parametrize(("url", "sender"), [(None, None), (None, "a@b.example"), ("smtp://127.0.0.1", None), ("", "")])
def test_without_a_mail_server_nothing_is_sent(url, sender):
    guarded = Guarded("email")

    async def main():
        mailer = Mailer(url, sender)
        await PluginEmail(guarded.guard, mailer).send("ada@acme.example", "x", "y")

    with pytest.raises(OperationRefusedError) as refused:
        asyncio.run(main())
    assert str(refused.value) == (
        "email.send of plugin 'clinic' is refused: the platform has no mail server, or no address to write from"
    )
    assert refused.value.hint == "the operator sets 'mail_url' and 'mail_sender'"


def test_a_recipient_that_the_server_does_not_know_means_that_nobody_gets_it():
    async def test(email, guarded, post):
        post.unknown.add("eve@acme.example")
        with pytest.raises(
            OperationFailedError, match=r"failed: SMTPRecipientRefused: .*550, 'no such user', 'eve@acme.example'"
        ):
            await email.send(["ada@acme.example", "eve@acme.example"], "x", "y")
        assert post.envelopes == []
        assert guarded.counted(SEND_EMAIL) == (0, 0, 1)
        await email.send("ada@acme.example", "x", "y")
        assert [envelope.rcpt_tos for envelope in post.envelopes] == [["ada@acme.example"]]

    run(test)


def test_a_message_that_the_server_does_not_take_fails():
    async def test(email, guarded, post):
        post.verdict = "554 no thank you"
        with pytest.raises(
            OperationFailedError, match=r"email\.send of plugin 'clinic' failed: SMTPDataError: .*554, 'no thank you'"
        ):
            await email.send("ada@acme.example", "x", "y")

    run(test)


def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_it_may_take():
    async def test(email, guarded, post):
        post.hold = asyncio.Event()
        first = asyncio.create_task(email.send("ada@acme.example", "x", "y"))
        await post.reached.wait()
        second = asyncio.create_task(email.send("bob@acme.example", "x", "y"))
        for task in (first, second):
            with pytest.raises(OperationTimeoutError) as late:
                await task
            assert str(late.value) == "email.send of plugin 'clinic' took longer than 0.2 s"
        assert guarded.counted(SEND_EMAIL) == (0, 0, 2)
        post.hold = None
        await email.send("carl@acme.example", "x", "y")
        assert post.envelopes[-1].rcpt_tos == ["carl@acme.example"]

    run(test, seconds=0.2)


def test_a_message_that_is_cancelled_leaves_the_way_free_for_the_next():
    async def test(email, guarded, post):
        post.hold = asyncio.Event()
        task = asyncio.create_task(email.send("ada@acme.example", "x", "y"))
        await post.reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        post.hold = None
        await email.send("bob@acme.example", "x", "y")
        assert post.envelopes[-1].rcpt_tos == ["bob@acme.example"]

    run(test)

"""
The mailer: where the mail server is, and how the connection to it is kept.
"""

import asyncio
import gc
import socket
import ssl
import subprocess

import pytest
from guarding import Guarded
from mailing import post_office

from honeyhost.errors import OperationFailedError, SettingsError
from honeyhost.services.mail import Mailer, PluginEmail
from honeyhost.services.mail.mailer import read_server

SENDER = "platform@acme.example"


def send(mailer, to="ada@acme.example"):
    return PluginEmail(Guarded("email").guard, mailer).send(to, "x", "y")


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", ("mail.example", 25, False, False, None, None)),
        ("smtps://mail.example", ("mail.example", 465, True, False, None, None)),
        ("smtp+starttls://mail.example/", ("mail.example", 587, False, True, None, None)),
        ("smtp://ada%40acme:p%2Fw@[::1]:2525", ("::1", 2525, False, False, "ada@acme", "p/w")),
    ],
)
def test_the_url_says_where_the_server_is_and_how_it_is_spoken_to(url, server):
    read = read_server(url)
    assert (read.host, read.port, read.tls, read.starttls, read.user, read.password) == server
    assert "p/w" not in repr(read)


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://:25",
        "smtp://a:b",
        "smtp://a:99999",
        "smtp://u:secret@a/x",
        "smtp://a?x=1",
        "smtp://[",
    ],
)
def test_a_url_of_no_mail_server_is_said_without_its_password(url):
    with pytest.raises(SettingsError) as wrong:
        Mailer(url, SENDER)
    assert str(wrong.value) == "the setting 'mail_url' is no address of a mail server"
    assert wrong.value.hint == "write smtp://user:password@host:25, smtps://… or smtp+starttls://…"
    assert wrong.value.params == {"setting": "mail_url"}
    assert wrong.value.__suppress_context__


def test_a_sender_is_one_address():
    with pytest.raises(
        SettingsError, match=r"^the setting 'mail_sender' cannot be meant: 'a@b\.example, c@d\.example' is not one"
    ):
        Mailer("smtp://mail.example", "a@b.example, c@d.example")


def test_messages_go_over_one_connection_one_after_the_other():
    async def main():
        async with post_office() as post:
            mailer = Mailer(f"smtp://127.0.0.1:{post.port}", SENDER)
            await asyncio.gather(*(send(mailer, f"a{number}@acme.example") for number in range(8)))
            assert (len(post.envelopes), len(post.protocols)) == (8, 1)
            await mailer.close()

    asyncio.run(main())


def test_a_connection_that_has_gone_is_opened_again():
    async def main():
        async with post_office() as post:
            mailer = Mailer(f"smtp://127.0.0.1:{post.port}", SENDER)
            await send(mailer)
            post.hang_up()
            await send(mailer)
            assert (len(post.envelopes), len(post.sessions)) == (2, 2)
            await mailer.close()

    asyncio.run(main())


def test_a_mailer_that_was_closed_opens_again():
    async def main():
        async with post_office() as post:
            mailer = Mailer(f"smtp://127.0.0.1:{post.port}", SENDER)
            await mailer.close()
            await send(mailer)
            await mailer.close()
            await mailer.close()
            await send(mailer)
            post.hang_up()
            await mailer.close()
            assert len(post.sessions) == 2

    asyncio.run(main())


def test_a_server_that_has_left_is_noticed_before_the_next_message_is_under_way():
    async def main():
        async with post_office() as post:
            mailer = Mailer(f"smtp://127.0.0.1:{post.port}", SENDER)
            await send(mailer)
            post.leaving = True
            await send(mailer)
            assert [len(post.envelopes), len(post.sessions), post.noops] == [2, 2, 1]
            await mailer.close()

    asyncio.run(main())


def test_a_server_that_is_not_there_is_a_failure():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(
            OperationFailedError, match=f"failed: SMTPConnectError: Error connecting to 127.0.0.1 on port {port}"
        ):
            asyncio.run(send(Mailer(f"smtp://127.0.0.1:{port}", SENDER)))


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what a loop leaves behind when it ends
def test_a_mailer_serves_one_loop_after_another():
    async def main(mailers):
        async with post_office() as post:
            mailer = mailers.setdefault("one", Mailer(f"smtp://127.0.0.1:{post.port}", SENDER))
            mailer._server = read_server(f"smtp://127.0.0.1:{post.port}")
            await send(mailer)
            return len(post.envelopes)

    kept = {}
    assert [asyncio.run(main(kept)), asyncio.run(main(kept))] == [1, 1]
    kept.clear()
    gc.collect()


@pytest.fixture(scope="module")
def server_tls(tmp_path_factory):
    """
    A context for a mail server on ``localhost``, and the certificate that it shows.
    """
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"),
            *(
                "-subj",
                "/CN=localhost",
                "-addext",
                "subjectAltName=DNS:localhost",
                "-keyout",
                folder / "key",
                "-out",
                folder / "cert",
            ),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert", folder / "key")
    return context, folder / "cert"


def test_a_user_logs_in_once_the_connection_is_encrypted(server_tls, monkeypatch):
    context, certificate = server_tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async def main():
        async with post_office(tls_context=context, require_starttls=True) as post:
            mailer = Mailer(f"smtp+starttls://ada%40acme:pw@localhost:{post.port}", SENDER)
            await send(mailer)
            await mailer.close()
            assert post.logins == [(b"ada@acme", b"pw")]
            assert post.sessions[0].ssl is not None

    asyncio.run(main())


def test_a_connection_may_be_encrypted_from_its_beginning(server_tls, monkeypatch):
    context, certificate = server_tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async def main():
        async with post_office(tls=context) as post:
            mailer = Mailer(f"smtps://localhost:{post.port}", SENDER)
            await send(mailer)
            await mailer.close()
            assert len(post.envelopes) == 1

    asyncio.run(main())


def test_a_server_that_cannot_encrypt_gets_nothing_where_that_is_asked_for():
    async def main():
        async with post_office() as post:
            with pytest.raises(OperationFailedError, match="failed: SMTPException: SMTP STARTTLS extension not supported"):
                await send(Mailer(f"smtp+starttls://ada%40acme:pw@localhost:{post.port}", SENDER))
            assert (post.logins, post.envelopes) == ([], [])

    asyncio.run(main())


def test_a_wrong_password_is_a_failure_that_does_not_quote_it(server_tls, monkeypatch):
    context, certificate = server_tls
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    async def main():
        async with post_office(tls_context=context) as post:
            mailer = Mailer(f"smtp+starttls://eve:secret@localhost:{post.port}", SENDER)
            with pytest.raises(OperationFailedError, match="failed: SMTPAuthenticationError") as failed:
                await send(mailer)
            assert "secret" not in str(failed.value)
            assert post.envelopes == []

    asyncio.run(main())


def test_a_server_whose_certificate_nobody_trusts_gets_nothing(server_tls):
    async def main():
        async with post_office(tls_context=server_tls[0]) as post:
            with pytest.raises(OperationFailedError, match="certificate verify failed"):
                await send(Mailer(f"smtp+starttls://ada%40acme:pw@localhost:{post.port}", SENDER))
            assert post.logins == []

    asyncio.run(main())

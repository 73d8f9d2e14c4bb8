"""
serve in this process; tests/functional starts it as a shell does.
"""

import socket
import threading

import httpx
import pytest
import uvicorn

from honeyhost.cli.app import run
from honeyhost.cli.commands.serve import _listener


class Watched(uvicorn.Server):
    """
    The real server, and a way to know that it serves.
    """

    serving = threading.Event()
    made: "list[Watched]" = []  # noqa: RUF012 - emptied by the fixture

    def __init__(self, config):
        super().__init__(config)
        self.made.append(self)

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.serving.set()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(uvicorn, "Server", Watched)
    Watched.serving.clear()
    Watched.made.clear()
    return Watched


@pytest.fixture
def served(server, capsys):
    """
    Serves with the given words, asks for a page with the address and the token, and ends; exit code, answer and output.
    """

    def serve(*words, path="/healthz", token=None):
        ended = []

        def work():
            ended.append(run(["serve", "--port", "0", *words]))
            server.serving.set()  # also where it never did

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        assert server.serving.wait(60)
        out, err = capsys.readouterr()
        assert not ended, err
        address = next(line for line in out.splitlines() if line.startswith("honeyhost serves at ")).split()[-1]
        token = token or out.split()[-1]
        answer = httpx.get(address + path, headers={"Authorization": f"Bearer {token}"})
        server.made[0].should_exit = True
        thread.join(60)
        return ended[0], answer, out

    return serve


def test_serve_applies_what_is_pending_and_prints_where_and_with_which_token(platform, served):
    platform.add("finance")
    code, answer, out = served(path="/api/plugins/finance/notes")
    assert code == 0
    assert (answer.status_code, answer.json()) == (200, ["finance"])
    lines = out.splitlines()
    assert lines[0] == "+ finance 1.0.0"
    assert any(line.startswith("✓ finance  attached") for line in lines)
    address = lines[-5].removeprefix("honeyhost serves at ")
    assert lines[-4:-1] == [
        f"  docs     {address}/docs",
        f"  plugins  {address}/api/plugin-host/plugins",
        f"  nav      {address}/api/plugin-host/nav",
    ]
    assert lines[-1].startswith("administrator token, shown this once: hht_administrator_")


def test_where_nothing_is_pending_nothing_is_applied(platform, served, capsys):
    platform.add("finance")
    run(["apply"])
    capsys.readouterr()
    assert served()[2].startswith("honeyhost serves at ")


def test_a_token_that_was_set_is_not_shown(platform, served, monkeypatch):
    monkeypatch.setenv("HONEYHOST_ADMIN_TOKEN", "hunter2hunter2")
    platform.add("finance")
    code, answer, out = served(path="/api/plugins/finance/notes", token="hunter2hunter2")
    assert (code, answer.status_code) == (0, 200)
    assert "hunter2" not in out
    assert out.splitlines()[-1] == "administrator token: as the setting admin_token says"


def test_a_token_is_shown_once(platform, served, server):
    served()
    server.serving.clear()
    server.made.clear()
    assert served(token="x")[2].splitlines()[-1] == (
        "administrator token: as shown when it was made; HONEYHOST_ADMIN_TOKEN sets another"
    )


def test_without_apply_a_pending_plan_is_left_alone(platform, served):
    platform.add("finance")
    assert "+ finance" not in served("--no-apply")[2]


def test_an_address_that_is_taken_is_told_in_one_line(platform, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert run(["serve", "--port", str(port)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        f"error[address-unavailable]: the server cannot listen on 127.0.0.1:{port}: Address already in use\n"
        "help: choose another with --port, or take a free one with --port 0\n"
    )


def test_an_address_of_another_machine_is_told_too(platform, capsys):
    assert run(["serve", "--host", "192.0.2.1", "--port", "0"]) == 2
    assert capsys.readouterr().err.startswith(
        "error[address-unavailable]: the server cannot listen on 192.0.2.1:0: Cannot assign requested address\n"
    )


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("0.0.0.0", "127.0.0.1"),  # noqa: S104 - for the time of a test
        ("localhost", "localhost"),
    ],
)
def test_the_printed_address_can_be_opened_on_this_machine(platform, served, host, shown):
    code, answer, out = served("--host", host)
    assert (code, answer.status_code) == (0, 200)
    assert f"honeyhost serves at http://{shown}:" in out


def test_a_server_that_never_serves_could_not_run(platform, server, monkeypatch, capsys):
    monkeypatch.setattr("honeyhost.cli.commands.serve.APPLICATION", "honeyhost.nowhere:application")
    assert run(["serve", "--port", "0"]) == 2
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "error[start-failed]: the server stopped before it served; the lines above say why",
        "help: honeyhost list",
    ]


def test_whoever_asks_before_the_server_is_ready_waits_instead_of_being_refused():
    with _listener("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname(), timeout=10) as early:
        assert early.getpeername() == listener.getsockname()

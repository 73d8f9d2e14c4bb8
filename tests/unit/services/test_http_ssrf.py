"""
Attacks on the way to other servers: spellings, redirections and names that lead inside. The plugin may ask every host here, so
that it is the addresses alone that stop it.
"""

import asyncio

import httpcore
import pytest
from answering import redirect, serving
from guarding import Guarded

from honeyhost.errors import OperationFailedError, OperationRefusedError, PermissionNotGrantedError, SettingsError
from honeyhost.sdk.operations import HTTP_REQUEST
from honeyhost.services import ServiceSettings
from honeyhost.services.http import HttpClient, PluginHttp


class Network(httpcore.AsyncNetworkBackend):
    """
    Remembers what it is asked to connect to, and has no wires.
    """

    def __init__(self):
        self.connected = []

    async def connect_tcp(self, host, port, *others):
        self.connected.append((host, port))
        raise httpcore.ConnectError("no wires")


class Names:
    """
    Answers each question for addresses with the next of its answers.
    """

    def __init__(self, *answers):
        self.answers = list(answers)
        self.asked = []

    async def __call__(self, host, port):
        self.asked.append((host, port))
        return self.answers.pop(0)


def ask(url, *answers, internal=(), grants=("http:*",)):
    """
    What a request comes to, what was resolved and what was connected to.
    """
    names, network, guarded = Names(*answers), Network(), Guarded(*grants)

    async def main():
        client = HttpClient(ServiceSettings(internal_hosts=internal), resolve=names, network=network)
        try:
            await PluginHttp(guarded.guard, client).request("GET", url)
        except (OperationRefusedError, OperationFailedError, PermissionNotGrantedError) as error:
            return error
        finally:
            await client.close()

    return asyncio.run(main()), names.asked, network.connected


INSIDE = "http.request of plugin 'clinic' is refused: {} is not public"
HINT = "if the host is one of yours, name it in the setting 'internal_hosts'"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1/", "127.0.0.1"),
        ("http://127.0.0.1./", "127.0.0.1"),
        ("https://10.0.0.1:8443/x", "10.0.0.1"),
        ("http://192.168.1.1/", "192.168.1.1"),
        ("http://0.0.0.0/", "0.0.0.0"),  # noqa: S104 - nobody listens
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
        ("http://168.63.129.16/machine", "168.63.129.16"),
        ("http://100.100.100.200/", "100.100.100.200"),
        ("http://255.255.255.255/", "255.255.255.255"),
        ("http://[::1]/", "::1"),
        ("http://[::]/", "::"),
        ("http://[::ffff:127.0.0.1]/", "::ffff:7f00:1"),
        ("http://[::FFFF:7F00:1]/", "::ffff:7f00:1"),
        ("http://[0:0:0:0:0:ffff:127.0.0.1]/", "::ffff:7f00:1"),
        ("http://[::127.0.0.1]/", "::7f00:1"),
        ("http://[64:ff9b::127.0.0.1]/", "64:ff9b::7f00:1"),
        ("http://[2002:7f00:1::]/", "2002:7f00:1::"),
        ("http://[2001:0:4136:e378:8000:63bf:3fff:fdd2]/", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
        ("http://[fe80::1]/", "fe80::1"),
        ("http://[fd00:ec2::254]/", "fd00:ec2::254"),
    ],
)
def test_no_spelling_of_an_address_leads_inside(url, address):
    error, resolved, connected = ask(url)
    assert type(error) is OperationRefusedError
    assert (str(error), error.hint) == (INSIDE.format(address), HINT)
    assert error.params == {"plugin": "clinic", "operation": "http_request"}
    assert resolved == connected == []


@pytest.mark.parametrize(
    "url",
    [
        *("http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://0/"),
        *("http://127.0.0.1\\@api.example.com/", "http://api.example.com@127.0.0.1/", "http://api.example.com:80@127.0.0.1/"),
        *("http://127.0.0.1%00.example.com/", "http://127.0.0.1%23.example.com/", "http://%31%32%37.0.0.1/"),
        *("http:\\\\127.0.0.1/", "http:///127.0.0.1/", "//127.0.0.1/", "http:127.0.0.1/", "http://127.0.0.1\t/"),
        *(
            "http://\uff11\uff12\uff17.\uff10.\uff10.\uff11/",
            "http://127\u30020\u30020\u30021/",
            "http://\u2460\u2461\u2466.1/",
        ),
        *("http://[fe80::1%25lo]/", "http://[::1%lo]/", "http://[::1]@api.example.com/", "http://127.0.0.1:80:80/"),
        *("file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "unix:///run/docker.sock", "dict://127.0.0.1/"),
        *("http://api.example.com/ HTTP/1.1\r\nX: y", "http://api.example.com\r\n.127.0.0.1/"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_before_anything_happens(url):
    error, resolved, connected = ask(url)
    assert type(error) is OperationRefusedError
    assert resolved == connected == []


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (["127.0.0.1"], "127.0.0.1"),
        (["93.184.215.14", "10.0.0.1"], "10.0.0.1"),
        (["10.0.0.1", "93.184.215.14"], "10.0.0.1"),
        (["2606:4700::1111", "::ffff:10.0.0.1"], "::ffff:10.0.0.1"),
        (["93.184.215.14"] * 9 + ["fe80::1%eth0"], "fe80::1%eth0"),
        (["93.184.215.14", "0x7f000001"], "0x7f000001"),
        (["api.example.com"], "api.example.com"),
        (["169.254.169.254"], "169.254.169.254"),
    ],
)
def test_a_name_with_one_address_that_is_not_public_is_refused(answer, found):
    error, resolved, connected = ask("https://api.example.com/", answer)
    leads = f"'api.example.com' leads to {found}, which" if found != "api.example.com" else found
    assert str(error) == INSIDE.format(leads)
    assert (resolved, connected) == ([("api.example.com", 443)], [])


def test_a_name_is_asked_for_once_and_the_connection_goes_to_what_was_looked_at():
    error, resolved, connected = ask(
        "https://api.example.com/", ["93.184.215.14", "2606:4700::1111", "93.184.215.14"], ["127.0.0.1"]
    )
    assert str(error) == "http.request of plugin 'clinic' to https://api.example.com failed: ConnectError: no wires"
    assert resolved == [("api.example.com", 443)]
    assert connected == [("93.184.215.14", 443), ("2606:4700::1111", 443)]


def test_no_more_than_eight_addresses_are_tried():
    _, _, connected = ask("http://api.example.com/", [f"93.184.215.{number}" for number in range(20)])
    assert len(connected) == 8


def test_the_system_s_own_names_lead_nowhere_either():
    guarded = Guarded("http:*")

    async def main():
        client = HttpClient(ServiceSettings())
        await PluginHttp(guarded.guard, client).request("GET", "http://localhost/")

    with pytest.raises(OperationRefusedError, match=r"'localhost' leads to (127\.0\.0\.1|::1), which is not public"):
        asyncio.run(main())


def test_a_name_without_an_address_fails():
    error, _, _ = ask("http://api.example.com/", [])
    assert (
        str(error)
        == "http.request of plugin 'clinic' to http://api.example.com failed: OSError: 'api.example.com' has no address"
    )


@pytest.mark.parametrize("name", ["Vault.Internal", "vault.internal."])
def test_an_internal_host_may_have_an_address_inside(name):
    error, _, connected = ask("http://vault.internal/", ["10.0.0.1", "fd12::1"], internal=(name,))
    assert "no wires" in str(error)
    assert connected == [("10.0.0.1", 80), ("fd12::1", 80)]


@pytest.mark.parametrize("address", ["169.254.169.254", "0.0.0.0", "224.0.0.1", "::ffff:169.254.169.254"])  # noqa: S104 - nobody listens
def test_an_internal_host_has_no_address_where_keys_are_kept(address):
    error, _, connected = ask("http://vault.internal/", [address], internal=("vault.internal",))
    assert str(error) == (
        f"http.request of plugin 'clinic' is refused: 'vault.internal' leads to {address}, which no host may have"
    )
    assert (error.hint, connected) == (None, [])


@pytest.mark.parametrize(
    ("internal", "url"),
    [("10.0.0.1", "http://10.0.0.1/"), ("fd12::1", "http://[fd12::1]/"), ("[FD12:0::1]", "http://[fd12:0::1]/")],
)
def test_an_internal_host_may_be_an_address(internal, url):
    _, resolved, connected = ask(url, internal=(internal,))
    assert resolved == []
    assert connected == [(url[7:-1].strip("[]").replace(":0:", ":"), 80)]


@pytest.mark.parametrize("host", ["*.internal", "vault.internal:8200", "http://vault.internal", ""])
def test_an_internal_host_is_a_name_or_an_address(host):
    with pytest.raises(SettingsError, match=r"the setting 'internal_hosts' cannot be meant: '.*' is no name of a host"):
        HttpClient(ServiceSettings(internal_hosts=(host,)))


def test_an_internal_host_needs_its_grant_all_the_same():
    error, _, connected = ask("http://vault.internal/", internal=("vault.internal",), grants=("http:api.example.com",))
    assert type(error) is PermissionNotGrantedError
    assert connected == []


def test_a_host_below_an_internal_one_is_not_internal():
    error, _, _ = ask("http://a.vault.internal/", ["10.0.0.1"], internal=("vault.internal",))
    assert "'a.vault.internal' leads to 10.0.0.1, which is not public" in str(error)


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("http://127.0.0.1/", INSIDE.format("127.0.0.1")),
        ("http://169.254.169.254/latest/", INSIDE.format("169.254.169.254")),
        ("//[::ffff:127.0.0.1]/", INSIDE.format("::ffff:7f00:1")),
        ("http://rebound.example/", INSIDE.format("'rebound.example' leads to 127.0.0.1, which")),
        ("http://2130706433/", "http.request of plugin 'clinic' is refused: '2130706433' is no IPv4 address"),
        ("http://u@127.0.0.1/", "http.request of plugin 'clinic' is refused: the URL has a user in it"),
        (
            "file:///etc/passwd",
            "http.request of plugin 'clinic' is refused: the URL is not absolute, or neither http nor https",
        ),
    ],
)
def test_no_redirection_leads_inside(location, message):
    guarded = Guarded("http:*")

    async def resolve(host, port):
        return ["127.0.0.1"]

    async def reply(asked, writer):
        return redirect(location)

    async def main():
        async with serving(reply) as server:
            client = HttpClient(ServiceSettings(internal_hosts=("api.example.com",)), resolve=resolve)
            with pytest.raises(OperationRefusedError) as refused:
                await PluginHttp(guarded.guard, client).request("GET", f"http://api.example.com:{server.port}/")
            await client.close()
            assert len(server.asked) == 1
            return str(refused.value)

    assert asyncio.run(main()) == message
    assert guarded.counted(HTTP_REQUEST) == (0, 0, 1)


def test_a_name_that_changes_its_address_between_two_requests_is_looked_at_again():
    guarded, names = Guarded("http:*"), Names(["93.184.215.14"], ["127.0.0.1"])

    async def main():
        network = Network()
        client = HttpClient(ServiceSettings(), resolve=names, network=network)
        http = PluginHttp(guarded.guard, client)
        with pytest.raises(OperationFailedError):
            await http.request("GET", "http://api.example.com/")
        with pytest.raises(OperationRefusedError):
            await http.request("GET", "http://api.example.com/")
        return network.connected

    assert asyncio.run(main()) == [("93.184.215.14", 80)]

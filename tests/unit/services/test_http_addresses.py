"""
Addresses: which are public, and which not even an internal host may have.
"""

import pytest

from honeyhost.services.http.addresses import is_internal, is_public, read_address


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2a00:1450:4001::1"],
)
def test_public_addresses(address):
    assert is_public(read_address(address))
    assert is_internal(read_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1"),
        *("100.100.100.200", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1", "203.0.113.1"),
        *("::1", "fc00::1", "fd12:3456::1", "fec0::1", "2001:db8::1", "3fff::1", "100::1", "5f00::1", "::8.8.8.8", "::7f00:1"),
        *("::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::1"),
        *("::ffff:0:127.0.0.1", "2001:2::1", "2001:10::1", "2001:20::1"),
    ],
)
def test_addresses_that_are_not_public(address):
    assert not is_public(read_address(address))


@pytest.mark.parametrize(
    "address",
    [
        *("0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "168.63.129.16", "192.0.0.192", "224.0.0.1", "239.1.1.1"),  # noqa: S104
        *("240.0.0.1", "255.255.255.255", "::", "fe80::1", "fe80::1%lo", "fd00:ec2::254", "fd20:ce::254", "ff02::1"),
        *("::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "::ffff:0.0.0.0", "2002:a9fe:a9fe::", "2002:7f00:1::"),
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_addresses_that_not_even_an_internal_host_may_have(address):
    assert not is_internal(read_address(address))
    assert not is_public(read_address(address))


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "fd12:3456::1", "::1", "::ffff:10.0.0.1"])
def test_addresses_that_an_internal_host_may_have(address):
    assert is_internal(read_address(address))

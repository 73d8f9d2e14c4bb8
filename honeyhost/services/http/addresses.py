"""
Addresses: which of them a plugin may reach, whatever name led there.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Networks = tuple[IPv4Network | IPv6Network, ...]

_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            "192.0.0.0/24",  # protocol assignments, the metadata of one cloud among them
            "192.88.99.0/24",  # relays of 6to4
            "168.63.129.16/32",  # public by its number, and the metadata of one cloud
            "2001::/23",  # protocol assignments, Teredo among them: a tunnel to anywhere
            "2002::/16",  # 6to4: the same
            "3fff::/20",  # documentation, which older Pythons do not know
        ),
    )
)
_NOBODY = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "169.254.0.0/16",
            "168.63.129.16/32",
            "192.0.0.192/32",
            "224.0.0.0/3",
            "::/128",
            "2001::/32",
            "2002::/16",
            "fe80::/10",
            "fd00:ec2::254/128",
            "fd20:ce::254/128",
            "ff00::/8",
        ),
    )
)


def read_address(text: str) -> Address:
    """
    The address, as IPv4 where it is an IPv4 address in the clothes of IPv6: mapped, or translated by NAT64.

    Raises:
        ValueError: if it is none.
    """
    address = ip_address(text)
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return IPv4Address(address.packed[-4:])
        return address.ipv4_mapped or address
    return address


def is_public(address: Address) -> bool:
    """
    Whether it is one of the public internet's: global unicast, and no tunnel into something else.
    """
    if address.is_multicast or not address.is_global:
        return False
    return not _within(address, _NOT_PUBLIC) and (address.version == 4 or address in _UNICAST)  # noqa: PLR2004


def is_internal(address: Address) -> bool:
    """
    Whether a host that the operator calls internal may have it: any machine's, and never the addresses where clouds keep their
    keys (metadata), where every neighbour listens (multicast), or nobody in particular (0.0.0.0).
    """
    return not _within(address, _NOBODY)


def _within(address: Address, networks: Networks) -> bool:
    return any(address in network for network in networks)

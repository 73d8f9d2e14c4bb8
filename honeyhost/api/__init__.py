"""
The host's own HTTP interface, written against what a host shows of itself and not against the host.
"""

from honeyhost.api.routes import host_routes

__all__ = ["host_routes"]

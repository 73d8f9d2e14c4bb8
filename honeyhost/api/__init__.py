"""
The host's own HTTP interface, written against what a host shows of itself and not against the host.
"""

from honeyhost.api.deferred import DeferredRoutes, deferred_routes

__all__ = ["DeferredRoutes", "deferred_routes"]

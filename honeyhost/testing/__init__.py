"""
For the tests of plugins: a host to give to a plugin's code where no platform runs.
"""

from honeyhost.testing.host import Asked, FakeHost, FakeResponse

__all__ = ["Asked", "FakeHost", "FakeResponse"]

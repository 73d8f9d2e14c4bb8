"""
Packaging: how a plugin becomes a wheel.

``hatch`` is the build hook for hatchling, which is imported by build backends and by nobody else; ``layout`` knows where a
project keeps its plugin and which files of it belong into the wheel, ``derived`` what the project's metadata must say.
"""

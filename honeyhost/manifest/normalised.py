"""
The normalised copy: a manifest as JSON, as a wheel carries it beside its metadata.

It holds what the author wrote and nothing of the defaults, so that a newer host may have better ones. Reading it costs a
hundredth of reading YAML.
"""

from honeyhost.manifest.model import PluginManifest


def to_json(manifest: PluginManifest) -> str:
    """
    The manifest as one JSON object, the same text for the same manifest.
    """
    return manifest.model_dump_json(exclude_unset=True)


def from_json(text: str | bytes) -> PluginManifest:
    """
    The manifest in such a copy.

    Raises:
        pydantic.ValidationError: if it is none. For text from elsewhere use :func:`honeyhost.manifest.validate`.
    """
    return PluginManifest.from_json(text)

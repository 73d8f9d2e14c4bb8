"""
Completion: the words that a shell may offer, looked up only when it asks. Whatever goes wrong, a shell gets no words.
"""

from contextlib import suppress
from importlib import import_module


def plugin_names(incomplete: str) -> list[str]:
    """
    The plugins whose names begin so.
    """
    with suppress(Exception):
        settings = import_module("honeyhost.settings").Settings.load()
        inventory = import_module("honeyhost.survey").survey(settings).inventory
        names = {plugin.name for plugin in inventory} | {failure.name for failure in inventory.failures if failure.name}
        return sorted(name for name in names if name.startswith(incomplete))
    return []


def code_words(incomplete: str) -> list[str]:
    """
    The codes that begin so.
    """
    with suppress(Exception):
        return [word for word in import_module("honeyhost.cli.catalogue").catalogue() if word.startswith(incomplete)]
    return []

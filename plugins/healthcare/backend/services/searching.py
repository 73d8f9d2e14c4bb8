"""
Searching: the form in which names are kept to be found, and compared.
"""

import unicodedata


def search_key(*texts: str) -> str:
    """
    The form in which names are compared: without case and accents.

    >>> search_key("Zoë", "MÜLLER")
    'zoe muller'
    """
    decomposed = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def contains(text: str) -> str:
    r"""
    The LIKE pattern (escape character ``\``) for keys that contain the text.
    """
    escaped = search_key(text).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"

"""
The strict zip reader: the one way in which this project reads an archive, when it looks and when it unpacks.

Zip files can be read in more than one way: by the directory at the end, by the headers in between, with bytes before and
after, with one name twice. What two programs read differently can be checked as one thing and installed as another, so
only archives with a single reading are accepted. Everything else is refused before anything is decompressed.
"""

from honeyhost.discovery.strictzip.limits import LIMITS, Limits
from honeyhost.discovery.strictzip.reader import StrictZip
from honeyhost.discovery.strictzip.refusal import ArchiveRefusedError

__all__ = ["LIMITS", "ArchiveRefusedError", "Limits", "StrictZip"]

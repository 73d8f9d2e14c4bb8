"""
Decoding of answers that were compressed, a bounded piece at a time: a small answer may have a very large one in it.
"""

import zlib
from typing import Protocol

_GZIP = 16 + zlib.MAX_WBITS


class AnswerError(Exception):
    """
    An answer that cannot be taken.
    """

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class Decoder(Protocol):
    """
    What undoes an encoding.
    """

    @property
    def complete(self) -> bool:
        """
        Whether everything has come.
        """
        ...

    def decode(self, data: bytes, most: int) -> bytes:
        """
        What is in the next piece, at most so many bytes of it (more than 0). Who gets that many has to stop.

        Raises:
            AnswerError: if it is broken.
        """
        ...


class Plain:
    """
    Nothing to undo; the connection knows where it ends.
    """

    complete = True

    def decode(self, data: bytes, most: int) -> bytes:
        """
        The piece.
        """
        return data[:most]


class Inflated:
    """
    ``gzip`` or ``deflate``. What comes behind the end is nothing, as in browsers.
    """

    def __init__(self, bits: int) -> None:
        self._stream = zlib.decompressobj(bits)
        self._bare = bits == zlib.MAX_WBITS

    @property
    def complete(self) -> bool:
        """
        Whether its end has come.
        """
        return self._stream.eof

    def decode(self, data: bytes, most: int) -> bytes:
        """
        What is in the piece. ``deflate`` may lack its header: there are servers that leave it out.
        """
        if self._stream.eof:
            return b""
        bare, self._bare = self._bare, False
        try:
            return self._stream.decompress(data, most)
        except zlib.error as error:
            if not bare:
                raise AnswerError(f"the answer is not compressed as it says: {error}") from error
            self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
            return self.decode(data, most)


def decoder(encoding: str) -> Decoder:
    """
    What undoes the encoding that the answer names.

    Raises:
        AnswerError: if that is none that was asked for.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return Plain()
    if name in ("gzip", "x-gzip"):
        return Inflated(_GZIP)
    if name == "deflate":
        return Inflated(zlib.MAX_WBITS)
    raise AnswerError(f"the answer is encoded as '{name[:40]}', which was not asked for")

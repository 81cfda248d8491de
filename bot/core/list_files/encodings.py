"""The encoding of a text file, told without guessing: by its mark, its null bytes, and whether it is UTF-8. Pure.

Whatever else arrives is read as cp1252: addresses and ids are ASCII in every encoding, so only names suffer. But a
letter of two bytes may end in the byte of an @, so that an @ behind a foreign letter is none.
"""

import codecs
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from bot.core.errors import Misuse

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK = 1 << 18
_MANY = 5
"""In UTF-16, one in so many of the bytes at even places is null, or of those at odd ones, and few of the others."""
_FOREIGN_AT = re.compile(r"[^\x00-\x7f]@")


@dataclass(frozen=True)
class Encoding:
    """How a file is decoded. ``is_certain``: its letters beyond ASCII are what was written."""

    name: str
    is_certain: bool = True

    def lines(self, file: BinaryIO, most: int) -> Iterator[str]:
        """Yield the lines of a file from its beginning, each with its own end; longer ones in parts of ``most``."""
        file.seek(0)
        text = io.TextIOWrapper(file, self.name, errors="replace", newline="")
        try:
            while line := text.readline(most):
                yield self._letters(line)
        finally:
            with suppress(ValueError):  # the file was closed first, so there is nothing to give back
                text.detach()

    def _letters(self, line: str) -> str:
        """Return a line without an @ that is part of a foreign letter."""
        return line if self.is_certain or line.isascii() else _FOREIGN_AT.sub("\ufffd\ufffd", line)

    def may_be(self, address: str) -> bool:
        """Return whether an address was read as it was written."""
        return self.is_certain or address.isascii()


def find_encoding(file: BinaryIO, name: str) -> Encoding:
    """Find the encoding of a file. Raises Misuse if it is no text."""
    file.seek(0)
    head = file.read(_CHUNK)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return Encoding(encoding)
    if b"\0" in head and (utf16 := _utf16(head)):
        return utf16
    file.seek(0)
    decoder, is_utf8 = codecs.getincrementaldecoder("utf-8")(), True
    while chunk := file.read(_CHUNK):
        if b"\0" in chunk:
            sentence = f"{name} holds null bytes, as no text does. Save the list as CSV or .xlsx, and import that."
            raise Misuse(sentence, field="file", for_log="The file holds null bytes.")
        is_utf8 = is_utf8 and _decodes(decoder, chunk)
    return Encoding("utf-8") if is_utf8 and _decodes(decoder, b"", final=True) else Encoding("cp1252", is_certain=False)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(chunk, final)
    except UnicodeDecodeError:
        return False
    return True


def _utf16(head: bytes) -> Encoding | None:
    """Return UTF-16 where null bytes stand at even places only, or at odd ones, as those of its ASCII letters do."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if min(even, odd) * _MANY <= max(even, odd) and max(even, odd) * _MANY > len(head) // 2:
        return Encoding("utf-16-le" if odd > even else "utf-16-be")
    return None

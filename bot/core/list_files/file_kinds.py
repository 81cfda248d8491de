"""Which files are no lists, told by their first bytes. Pure."""

from typing import BinaryIO

from bot.core.errors import Misuse

_IMAGE = "a picture"
_KINDS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"BM", _IMAGE),
    (b"II*\x00", _IMAGE),
    (b"MM\x00*", _IMAGE),
    (b"RIFF", "a picture, a sound or a film"),
    (b"%PDF", "a PDF"),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls), or one with a password"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"{\\rtf", "a text document"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
)
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_HTML = (b"<!doctype html", b"<html")
_HEAD = 512
ADVICE = "Save the list as CSV or .xlsx, and import that."


def no_list(name: str, what: str) -> Misuse:
    """Build the error about a file that holds no list."""
    sentence = f"{name} is {what}, not a list. {ADVICE}"
    return Misuse(sentence, field="file", for_log="The file is no list.")


def is_zip(file: BinaryIO, name: str) -> bool:
    """Return whether this is a zip archive, as workbooks are. Raises Misuse for what can be no list at all."""
    file.seek(0)
    head = file.read(_HEAD)
    file.seek(0)
    if not head.strip():
        raise Misuse(f"{name} is empty.", field="file", for_log="The file is empty.")
    kinds = [(start, kind) for start, kind in _KINDS if head.startswith(start)]
    if head[4:8] == b"ftyp":
        kinds.append((head, "a picture or a film"))
    if head.lstrip().lower().startswith(_HTML):
        kinds.append((head, "a web page"))
    for start, kind in kinds:
        # Two letters may begin a text as well.
        if len(start) > 2 or b"\0" in head:
            raise no_list(name, kind)
    return head.startswith(_ZIP)

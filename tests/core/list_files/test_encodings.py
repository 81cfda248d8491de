"""An encoding is found by the bytes alone, from their beginning."""

import io

import pytest

from bot.core.errors import Misuse
from bot.core.list_files import encodings
from bot.core.list_files.encodings import Encoding, find_encoding
from bot.core.list_files.file_kinds import is_zip

CP1252 = Encoding("cp1252", is_certain=False)


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (b"ada", Encoding("utf-8")),
        ("zoë".encode(), Encoding("utf-8")),
        ("ëa".encode(), Encoding("utf-8")),
        ("日".encode(), Encoding("utf-8")),
        ("zoë".encode("cp1252"), CP1252),
        ("zoë".encode()[:-1], CP1252),
        (b"a" * encodings._CHUNK + "ë".encode("cp1252"), CP1252),
        (b"a" * (encodings._CHUNK - 1) + "ë".encode(), Encoding("utf-8")),
        ("ab".encode("utf-16-le"), Encoding("utf-16-le")),
        ("ab".encode("utf-16-be"), Encoding("utf-16-be")),
        (b"\0a" * 5 + b"a\0", Encoding("utf-16-be")),
        (b"a\0" * 2 + "日本語".encode("utf-16-le"), Encoding("utf-16-le")),
    ],
)
def test_an_encoding_is_found_by_all_bytes(content: bytes, encoding: Encoding) -> None:
    file = io.BytesIO(content)
    file.seek(0, io.SEEK_END)
    assert find_encoding(file, "list.csv") == encoding


@pytest.mark.parametrize(
    "content", [b"\0a" * 4 + b"a\0", b"a\0" + "日本語文字列日本語".encode("utf-16-le"), b"abcdefghijk\0"]
)
def test_null_bytes_of_no_encoding_are_no_text(content: bytes) -> None:
    with pytest.raises(Misuse, match=r"list\.csv holds null bytes") as refusal:
        find_encoding(io.BytesIO(content), "list.csv")
    assert (refusal.value.field, refusal.value.for_log) == ("file", "The file holds null bytes.")


def test_a_file_of_blanks_is_empty_at_once() -> None:
    with pytest.raises(Misuse, match=r"list\.csv is empty\.") as refusal:
        is_zip(io.BytesIO(b" \r\n"), "list.csv")
    assert (refusal.value.field, refusal.value.for_log) == ("file", "The file is empty.")

"""Which rows of a workbook's sheet nobody sees: those that a filter leaves out stay in the file, hidden. Pure.

The workbook's reader does not tell them, so they are read from the archive.
"""

import posixpath
import re
import zipfile
from html import unescape
from typing import BinaryIO

from bot.core.list_files.sheet_areas import pieces

_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_TAG = re.compile(r"<(?:\w+:)?(?:sheet|Relationship)\s(?P<attributes>[^<]*)>")
_ATTRIBUTE = re.compile(r"(?:\w+:)?(?P<name>\w+)\s*=\s*(?:\"(?P<one>[^\"]*)\"|'(?P<other>[^']*)')")
_HIDDEN = re.compile(rb"<(?:\w+:)?row\s(?=[^<>]*\bhidden\s*=\s*[\"'](?:1|true)[\"'])[^<>]*?\br\s*=\s*[\"'](\d+)[\"']")


def hidden_rows(file: BinaryIO, sheet: str) -> frozenset[int]:
    """Return the numbers of the rows that are hidden in the sheet of this name."""
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        part = _parts(archive).get(sheet, "")
        found = [one for piece in pieces(archive, part) for one in _HIDDEN.findall(piece)] if part else ()
    return frozenset(map(int, found))


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the names of the archive's files by those of the sheets which they hold."""
    targets = {one.get("Id"): one.get("Target", "") for one in _attributes(archive, _RELATIONS)}
    paths = {
        one["name"]: posixpath.normpath(posixpath.join("/xl", targets.get(one.get("id"), ""))).lstrip("/")
        for one in _attributes(archive, _BOOK)
        if "name" in one
    }
    return {name: path for name, path in paths.items() if path in archive.namelist()}


def _attributes(archive: zipfile.ZipFile, part: str) -> list[dict[str, str]]:
    """Return the attributes of the sheets, or of the relations, that a small part of a workbook lists."""
    text = archive.read(part).decode("utf-8", "replace") if part in archive.namelist() else ""
    tags = (_ATTRIBUTE.finditer(tag["attributes"]) for tag in _TAG.finditer(text))
    return [{one["name"]: unescape(one["one"] or one["other"] or "") for one in tag} for tag in tags]

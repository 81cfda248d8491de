"""Which files are no lists, told by their names, before anybody fetches them. Pure."""

from pathlib import PurePath

from bot.core.list_files.file_kinds import no_list

_KINDS = {
    "a picture": "png jpg jpeg gif webp heic heif bmp tif tiff svg ico psd ai eps",
    "a PDF": "pdf",
    "a compressed file": "zip gz tgz bz2 xz 7z rar tar",
    "a sound or a film": "mp3 m4a wav aac ogg flac mp4 mov avi mkv webm mpg mpeg",
    "a text document": "doc docx odt rtf pages",
    "a presentation": "ppt pptx odp key",
    "an OpenDocument file": "ods",
    "a Numbers document": "numbers",
    "a program": "exe dmg msi apk jar",
}
_BY_ENDING = {f".{ending}": kind for kind, endings in _KINDS.items() for ending in endings.split()}


def refuse_by_name(name: str) -> None:
    """Raise Misuse for a file that says by its name that it is no list; any other is judged by its content."""
    if kind := _BY_ENDING.get(PurePath(name).suffix.casefold()):
        raise no_list(name, kind)

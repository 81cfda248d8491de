"""Files that people bring along, as scripts and the page give them."""

import base64
import binascii
from typing import Any

from bot.sandbox.workspace.people import Person
from bot.sandbox.workspace.refusals import Json, Misuse
from bot.sandbox.workspace.state import Workspace
from bot.sandbox.workspace.web_api.files import described


def uploaded(workspace: Workspace, person: Person, raw: Any, **shared: list[str]) -> Json:
    """Store a file of this person's; `shared` are the places where it is. Raises Misuse if it is none."""
    if not isinstance(raw, dict) or "name" not in raw or not {"content", "content_base64"} & raw.keys():
        raise Misuse('A file is given as {"name": "list.csv", "content": "text"} or with content_base64.')
    content = raw["content"].encode() if "content" in raw else _decoded(raw["content_base64"])
    file = described(workspace, str(raw["name"]), len(content), person.id) | shared
    workspace.archive.keep_file(file, content)
    return file


def _decoded(content: Any) -> bytes:
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, AttributeError, ValueError):
        raise Misuse("The file's content_base64 is no base64.") from None

"""The buttons that open a form with a file in it. Pure."""

from collections.abc import Sequence

from bot.core.uploads import Upload
from bot.slack import blocks
from bot.slack.action_ids import UPLOAD
from bot.slack.blocks import Block

ONLY = "Use This List"


def upload_buttons(files: Sequence[Upload]) -> list[Block]:
    """Render a button for each file: its value is the file, which the form then has."""
    labels = [f"Use {one.name}" for one in files] if len(files) > 1 else [ONLY]
    return [
        blocks.button(label, f"{UPLOAD}:{index}", one.model_dump_json())
        for index, (label, one) in enumerate(zip(labels, files, strict=True))
    ]

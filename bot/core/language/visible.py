"""Characters that nobody sees, made visible wherever text from outside is shown. Pure.

They are not taken out: two names that differ only in them are two names, and have to look like that.
"""

import json
import re

_JOINABLE = "\u0600-\u08ff\u0900-\u0dff\u1780-\u17ff\ufb50-\ufdff\ufe0f\u2190-\u2bff\U0001f000-\U0001faff"
"""Letters of scripts that need joiners, and pictures, which are joined to one: a family of three."""
JOINERS = "\u200c\u200d"
INVISIBLE = (
    "\x00-\x1f\x7f-\x9f"  # control characters
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f"  # marks that turn the direction of reading
    "\u00ad\u034f\u180b-\u180f\u200b-\u200d\u2060-\u2065\ufeff\ufff0-\ufffb\U000e0000-\U000e0fff"  # of no width
    "\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufe00-\ufe0d"  # letters without ink, and variants of letters
    "\u2028\u2029\ud800-\udfff"  # separators of lines and paragraphs, and halves of letters
)
"""What nobody sees, for a class of characters in a pattern; joiners, too, wherever they stand."""
HIDDEN = re.compile(f"(?!(?<=[{_JOINABLE}])[{JOINERS}](?=[{_JOINABLE}]))[{INVISIBLE}]|(?<=[^\\W\\d_])[\ufe0e\ufe0f]")
"""A character that nobody sees, or that changes how others are seen; no joiner where it joins something."""
_CANDIDATE = re.compile(f"[{INVISIBLE}\ufe0e\ufe0f]")
"""What HIDDEN can match: most texts have none, and looking around each of their letters takes ten times as long."""
_SIGNS = dict.fromkeys("\n\r\x0b\x0c\x85\u2028\u2029", "↵") | {"\t": "⇥"}
_SIGN = "\ufffd"


def visible(text: str) -> str:
    """Return ``text`` with a sign for each hidden character: ↵ for line breaks, ⇥ for tabs, \ufffd for all others."""
    if not _CANDIDATE.search(text):
        return text
    return HIDDEN.sub(lambda match: _SIGNS.get(match[0], _SIGN), text)


def visible_lines(text: str) -> str:
    """Return ``text`` with signs in each of its lines."""
    return "\n".join(map(visible, text.splitlines()))


def escape_hidden(encoded: str) -> str:
    """Escape the hidden characters in a JSON text, which means the same then; its own line breaks stay."""
    return HIDDEN.sub(lambda match: match[0] if match[0] == "\n" else json.dumps(match[0])[1:-1], encoded)

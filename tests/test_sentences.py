"""The sentences that people read: words that were given up do not come back."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot/core", "bot/doctor", "bot/engine", "bot/slack", "commands")
MODULES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
RETIRED = (
    "It is posted",
    "What it is about",
    "not known any more",
    "Waits for",
    "asked for lately",
    "an no longer be done",
    "never a yes",
    "Asked for at first",
    "approval anew",
    "can decide",
    "Let the promotion",
    "Take Some Out",
    "do not follow",
    "That is everybody",
    "There is no segment “",
    "what to do with “",
    "is none of",
    "no time that I can read",
    "Nobody is named",
    "Nobody in the store",
    "the one who asked",
    "The one who asked",
    "not among the people who",
    "has your approval",
    "Where it exists",
    "Looking it up",
    "See its card",
    "broke the glass:",
    "reviewed by nobody",
    "makes no sense",
    "was not running when",
    "What hurts",
    "blanks",
    "e-mail",
    "E-mail",
    "omebody",
    "verybody",
    "nobody",
    "Nobody",
    "nybody",
)
KEPT = frozenset(
    {
        "[e-mail]",  # what the log holds in the place of an address
        "everybody",  # what an earlier version stored; people may type it, too
        "e-mail",  # what people type before an address
        "e-mail address",
    }
)


def literals(module: Path) -> Iterator[str]:
    """Return the strings of a module, docstrings and the words about a constant aside."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    unread = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in unread:
            yield node.value.replace("everyone|everybody", "everyone")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_has_words_that_were_given_up(module: Path) -> None:
    found = [(word, text) for text in literals(module) for word in RETIRED if word in text and text not in KEPT]
    assert found == []

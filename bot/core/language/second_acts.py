"""What may be another act behind a new name, or a condition: ``rename VIPs to Gold and delete Loyal``. Pure.

Nobody is asked about an honest name: “Salt and Pepper”, “Hair and Make Up”. So what follows has to look like an order,
to say how things have to be, or to name a segment that is not meant.
"""

import re
from collections.abc import Callable, Iterator, Sized

from bot.core.language.args import Args, Choice, Input, inputs_of
from bot.core.language.field_values import WORDS_OF_A_NAME, is_name
from bot.core.language.line_reader import JOINING

ACTS = frozenset(
    {"add", "append", "assign", "combine", "create", "delete", "describe", "destroy", "disable", "edit", "enable"}
    | {"enroll", "erase", "insert", "put", "register", "remove", "rename", "retarget", "unassign", "unrule", "untarget"}
)
"""Verbs that order something wherever a word follows them."""
MAYBE_ACTS = frozenset(
    {"change", "clear", "clone", "compare", "copy", "csv", "download", "drop", "duplicate", "empty", "export", "fill"}
    | {"find", "freeze", "get", "import", "info", "intersect", "join", "kick", "list", "load", "ls", "make", "members"}
    | {"merge", "move", "name", "new", "open", "overlap", "people", "promotions", "rule", "run", "search", "set"}
    | {"shoppers", "show", "take", "transfer", "undo", "union", "update", "upload", "uses", "view", "who"}
)
"""Verbs that are nouns as well, as in “Hair and Make Up”: they order something that is named, or just spoken of."""
DECIDING = frozenset(
    {"approve", "except", "keep", "reject", "repoint", "retry", "review", "show", "stop", "undo", "withdraw"}
)
"""Verbs for what is done with a change by its number."""
_NEXT = frozenset({"then", "afterwards", "thereafter", "subsequently", "dann", "danach", "anschließend"})
"""Words that say of another act that it comes next."""
JOINTS = JOINING | _NEXT | {"plus", "also", "next", "later", "und"}
"""Words that may join another act to one."""
_AFTER = r"after\s+(?:that|this|which)"
_SPOKEN_OF = frozenset({"it", "them", "him", "her", "everyone", "everybody"})
_JOINED = re.compile(
    rf"(?<=[^\s,;.])(?:\s*[,;.]|\s+(?:{_AFTER}|{'|'.join(map(re.escape, sorted(JOINTS)))})(?=[\s,;.]))+\s+(?=\S)",
    re.IGNORECASE,
)
_LATER = re.compile(rf"\b(?:{_AFTER}|{'|'.join(sorted(_NEXT))})\b", re.IGNORECASE)
_EITHER = re.compile(r"either\s+(\S.*?)\s+or\s+(\S.*)", re.IGNORECASE | re.DOTALL)
_CONDITION = re.compile(
    r"\s+(?:if|unless|once|when|while|until)\s+\S.*?\s(?:is|isn't|are|aren't|was|were|has|exists?)\b", re.IGNORECASE
)
_INSTEAD = re.compile(r"\s+(?:instead\s+of|rather\s+than|but\s+not|except|without)\s+(?=\S)", re.IGNORECASE)
_FIRST = re.compile(
    r"(?P<sure>instead\s+of|rather\s+than|(?:and|but)\s+(?:not|except|without))\s+(?=\S)"
    r"|(?:not|except|without|if|unless|once|when|while|until)\s+(?=\S)",
    re.IGNORECASE,
)
"""What says at the beginning which segment is not meant, or how one has to be."""
Called = Callable[[str], Sized]
"""Says which segments are called like a text."""


def names_before_acts(args: type[Args], name: str, called: Called, before: str = "") -> Iterator[str]:
    """Yield what a typed name may be without the act or condition beside it; of “either A or B”, each.

    An empty text: it may be none at all, as in “instead of VIPs”, and “then delete VIPs”. ``before``: signs that stood
    right before it, as in “rename Loyal, delete VIPs”.
    """
    if is_another_act(f"{before}{name}", called):
        yield ""
        return
    if either := _EITHER.fullmatch(name):
        yield from either.groups()
    yield from _names_behind_conditions(args, name, called)
    yield from _names_before_conditions(name, called)
    signs, joints = _signs(args), list(_JOINED.finditer(name))
    ends = (*(one.start() for one in joints[1:]), len(name))
    for joint, end in zip(joints, ends, strict=False):
        words = name[joint.end() : end].split()
        is_alike = "." not in joint[0] and bool(signs.intersection(map(str.casefold, words[1:-1])))
        if is_alike or _orders(words, joint[0], called):
            yield name[: joint.start()]
            return
    yield from _names_before_unjoined(name.split(), called)


def is_another_act(text: str, called: Called) -> bool:
    """Return whether a text behind a name joins an order to it: ``and delete Loyal``."""
    joint = _JOINED.match(f"x{text.strip()}", 1) or _JOINED.match(f"x {text.strip()}", 1)
    return joint is not None and _orders(joint.string[joint.end() :].split(), joint[0], called)


def _names_behind_conditions(args: type[Args], name: str, called: Called) -> Iterator[str]:
    """Yield what stands behind a segment that is not meant: ``instead of Loyal to Gold``; if nothing, an empty text."""
    leads = {lead for kind in inputs_of(args).values() if not is_name(kind) for lead in kind.leads}
    first = _FIRST.match(name)
    words = name[first.end() :].split() if first else []
    near = range(1, min(len(words), WORDS_OF_A_NAME) + 1)
    for end in (end for end in near if called(" ".join(words[:end]).rstrip(",;"))):
        led = [at for at, word in enumerate(words[end:], end + 1) if word.casefold() in leads]
        if led or (first and first["sure"]) or _CONDITION.match(f" {name}"):
            yield " ".join(words[led[0] if led else end :])


def _names_before_conditions(name: str, called: Called) -> Iterator[str]:
    """Yield what stands before a condition, and before a segment that is not meant: ``Gold instead of Loyal``."""
    if condition := _CONDITION.search(name):
        yield name[: condition.start()]
    for instead in _INSTEAD.finditer(name):
        if _begins_with_a_name(name[instead.end() :].split(), called):
            yield name[: instead.start()]


def _orders(words: list[str], joint: str, called: Called) -> bool:
    """Return whether words begin like an order behind the word that joins them, which may say that it comes next."""
    verb, objects = words[0].casefold(), [word.strip(",;.!?") for word in words[1:]]
    is_later = bool(_LATER.search(joint))
    if is_later or verb in ACTS:
        return verb in ACTS | MAYBE_ACTS and (is_later or bool(objects))
    is_spoken_of = not _SPOKEN_OF.isdisjoint(map(str.casefold, objects[:1]))
    return verb in MAYBE_ACTS and (is_spoken_of or _begins_with_a_name(objects, called))


def _names_before_unjoined(words: list[str], called: Called) -> Iterator[str]:
    """Yield what stands before an order that nothing joins to it: ``Gold delete Loyal``; it has to name a segment."""
    for at, word in enumerate(words):
        if word.casefold() in ACTS and _begins_with_a_name(words[at + 1 :], called):
            yield " ".join(words[:at])
            return


def _begins_with_a_name(words: list[str], called: Called) -> bool:
    return any(called(" ".join(words[:end])) for end in range(1, min(len(words), WORDS_OF_A_NAME) + 1))


def _signs(args: type[Args]) -> frozenset[str]:
    """Return the words that a second act of the same Command has in its middle: ``and X to Silver``.

    None where the name is all that the Command needs.
    """
    kinds = inputs_of(args).values()
    return frozenset(word for kind in kinds for word in _said(kind)) if any(map(is_name, kinds)) else frozenset()


def _said(kind: Input) -> tuple[str, ...]:
    if isinstance(kind, Choice):
        return () if kind.option else kind.choices
    return () if is_name(kind) else kind.leads

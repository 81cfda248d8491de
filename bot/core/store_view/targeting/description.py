"""A promotion's targeting, described in words."""

from collections.abc import Mapping, Sequence

from bot.bigcommerce import All, Any_, AnyOf, Not, Targeting
from bot.core.store_view.targeting.segment_names import written_name


def describe(targeting: Targeting | None, names: Mapping[str, str]) -> str:
    """Describe whom a promotion reaches; ``names`` are all the store's segment names by id. None is "everybody".

    "All of" or "any of" one part is described as that part; a segment that a list names twice is named once. "All of"
    nothing is everybody, "any of" nothing is nobody. A name is put in curly quotes if its words could be parsed
    otherwise. Quotes inside it become apostrophes; if that is ambiguous, or if a name is blank or another segment's id,
    the id takes its place.
    """
    return "everyone" if targeting is None else _describe(_normalized(targeting), names)


def _normalized(rule: Targeting) -> Targeting:
    match rule:
        case AnyOf(ids):
            return AnyOf(tuple(dict.fromkeys(ids)))
        case Not(part):
            return Not(_normalized(part))
        case All((part,)) | Any_((part,)):
            return _normalized(part)
        case All(parts) | Any_(parts):
            return type(rule)(tuple(map(_normalized, parts)))
    return rule


def _describe(rule: Targeting, names: Mapping[str, str]) -> str:
    match rule:
        case AnyOf(()) | Any_(()):
            return "in no segment"
        case AnyOf(ids):
            return f"in {_listed(ids, ' or ', names)}"
        case Not(AnyOf((one,))):
            return f"not in {written_name(one, names)}"
        case Not(AnyOf((_, *_) as ids)):
            return f"in neither {_listed(ids, ' nor ', names)}"
        case Not(part):
            return f"not ({_describe(part, names)})"
        case All(()):
            return "everyone"
        case All(parts) | Any_(parts):
            word = "and" if isinstance(rule, All) else "or"
            return f", {word} ".join(_describe_part(part, names) for part in parts)
    return "by a rule that is not readable here"


def _describe_part(part: Targeting, names: Mapping[str, str]) -> str:
    words = _describe(part, names)
    return f"({words})" if isinstance(part, All | Any_) and part.parts else words


def _listed(ids: Sequence[str], word: str, names: Mapping[str, str]) -> str:
    return word.join(written_name(segment_id, names) for segment_id in ids)

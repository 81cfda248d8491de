"""Rules in words."""

from collections.abc import Mapping, Sequence

from bot.bigcommerce import All, Any_, AnyOf, Not, Targeting
from bot.core.store_view.targeting.names import called


def tell(targeting: Targeting | None, names: Mapping[str, str]) -> str:
    """Say whom a promotion reaches; ``names`` are all the store's segment names by id. None is "everybody".

    "All of" or "any of" one part is told as that part, and a segment that one list names twice is told once.
    "All of" nothing reaches everybody, "any of" nothing nobody, and so they are told. A name stands in curly quotes
    where its words could be read otherwise. Quotes inside it become apostrophes; where that could mean another
    segment too, and where a name is blank or is another's id, the id stands in its place.
    """
    return "everybody" if targeting is None else _told(_settled(targeting), names)


def _settled(rule: Targeting) -> Targeting:
    match rule:
        case AnyOf(ids):
            return AnyOf(tuple(dict.fromkeys(ids)))
        case Not(part):
            return Not(_settled(part))
        case All((part,)) | Any_((part,)):
            return _settled(part)
        case All(parts) | Any_(parts):
            return type(rule)(tuple(map(_settled, parts)))
    return rule


def _told(rule: Targeting, names: Mapping[str, str]) -> str:
    match rule:
        case AnyOf(()) | Any_(()):
            return "in no segment"
        case AnyOf(ids):
            return f"in {_listed(ids, ' or ', names)}"
        case Not(AnyOf((one,))):
            return f"not in {called(one, names)}"
        case Not(AnyOf((_, *_) as ids)):
            return f"in neither {_listed(ids, ' nor ', names)}"
        case Not(part):
            return f"not ({_told(part, names)})"
        case All(()):
            return "everybody"
        case All(parts) | Any_(parts):
            word = "and" if isinstance(rule, All) else "or"
            return f", {word} ".join(_told_inside(part, names) for part in parts)
    return "by a rule that is not readable here"


def _told_inside(part: Targeting, names: Mapping[str, str]) -> str:
    told = _told(part, names)
    return f"({told})" if isinstance(part, All | Any_) and part.parts else told


def _listed(ids: Sequence[str], word: str, names: Mapping[str, str]) -> str:
    return word.join(called(segment_id, names) for segment_id in ids)

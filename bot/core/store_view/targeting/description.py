"""A promotion's targeting, described in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.bigcommerce import All, Any_, AnyOf, Not, Targeting
from bot.core.store_view.targeting.segment_names import names_within, written_name


def describe(targeting: Targeting | None, names: Mapping[str, str], *, quoted: bool = False) -> str:
    """Describe whom a promotion reaches; ``names`` are all the store's segment names by id. None is "everybody".

    "All of" or "any of" one part is described as that part; a segment that a list names twice is named once. "All of"
    nothing is everybody, "any of" nothing is nobody. A name is put in curly quotes if its words could be parsed
    otherwise, and all are where ``quoted``, or where several together read like one. Quotes inside it become
    apostrophes; if that is ambiguous, or if a name is blank or another segment's id, the id takes its place.
    """
    if targeting is None:
        return "everyone"
    rule = _normalized(targeting)
    text = _Writer(names, quoted=quoted).describe(rule)
    return text if quoted or not names_within(text, names.values()) else _Writer(names, quoted=True).describe(rule)


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


@dataclass(frozen=True)
class _Writer:
    """Writes rules with these names."""

    names: Mapping[str, str]
    quoted: bool

    def describe(self, rule: Targeting) -> str:
        match rule:
            case AnyOf(()) | Any_(()):
                return "in no segment"
            case AnyOf(ids):
                return f"in {self.listed(ids, ' or ')}"
            case Not(AnyOf((one,))):
                return f"not in {self.listed((one,), '')}"
            case Not(AnyOf((_, *_) as ids)):
                return f"in neither {self.listed(ids, ' nor ')}"
            case Not(part):
                return f"not ({self.describe(part)})"
            case All(()):
                return "everyone"
            case All(parts) | Any_(parts):
                word = "and" if isinstance(rule, All) else "or"
                return f", {word} ".join(map(self.describe_part, parts))
        return "by a rule that is not readable here"

    def describe_part(self, part: Targeting) -> str:
        words = self.describe(part)
        return f"({words})" if isinstance(part, All | Any_) and part.parts else words

    def listed(self, ids: Sequence[str], word: str) -> str:
        return word.join(written_name(segment_id, self.names, quoted=self.quoted) for segment_id in ids)

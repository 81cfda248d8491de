"""Which rule a segment is to follow and when it is to run, as somebody typed both."""

from bot.bigcommerce import Segment
from bot.core.context import Context
from bot.core.errors import Instead, Misuse, Question, Reading
from bot.core.segment_rules import describe, read_rule
from bot.core.segment_rules.followed import Followed
from bot.core.segment_rules.rule import Rule, segments_left_out
from bot.core.segment_rules.schedule import Schedule, describe_schedule
from bot.core.segment_rules.schedule_words import (
    WithSchedule,
    parse_schedule,
    refuse_other_schedule,
    split_schedule,
)
from bot.core.segment_rules.vocabulary import Vocabulary
from bot.core.segment_rules.vocabulary_reading import vocabulary_of_words

_NO_RULE = frozenset({"clear", "delete", "disable", "none", "no rule", "off", "remove", "stop", "turn off", "unfollow"})


async def asked_rule(segment: Segment, rule: str, runs: str, ctx: Context) -> Followed:
    """Return the rule and the schedule that are meant: without one, that of its rule until now, or the usual one.

    Raises Misuse and Question; the schedule may also stand behind the words of the rule, or be all that is to change.
    """
    _refuse_end(rule, segment)
    found = await ctx.shop.rules.of(segment.id)
    now = found.followed if found else None
    behind = None if runs else split_schedule(rule)
    if behind and not behind.rule:
        if now is None:
            raise Misuse(f"{segment.name} follows no rule yet. Say who belongs to it, too.", field="rule")
        return _followed(now.rule, now.words, _schedule(behind, now, ctx), ctx)
    vocabulary = await vocabulary_of_words(rule, ctx.shop)
    ways = (*((behind,) if behind else ()), WithSchedule(rule, runs))
    way, meant = _read(ways, vocabulary, usual_words(now, ctx), ctx)
    if segment.id in segments_left_out(meant):
        raise Misuse(
            f"The rule of {segment.name} can't leave out who is in {segment.name}: whoever joined would leave at its "
            f"next run, and join again. Leave “{segment.name}” out of it.",
            field="rule",
        )
    return _followed(meant, describe(meant, vocabulary), _schedule(way, now, ctx), ctx)


def _refuse_end(text: str, segment: Segment) -> None:
    """Raise Misuse if the words say that there is to be no rule."""
    if text.strip(" .!").casefold() in _NO_RULE:
        raise Misuse(
            "A segment that follows a rule becomes a plain list once it is frozen: `/segment freeze` does that.",
            field="rule",
            for_log="No rule is meant.",
            instead=(Instead(f"Freeze {segment.name}", f"segment freeze {segment.id}"),),
        )


def usual_words(now: Followed | None, ctx: Context) -> str:
    """Return when the rule of a segment runs if nobody says it, as it would be typed."""
    return describe_schedule(now.schedule if now else ctx.usual_schedule)


def _read(
    ways: tuple[WithSchedule, ...], vocabulary: Vocabulary, usual: str, ctx: Context
) -> tuple[WithSchedule, Rule]:
    """Return the way in which the words make a rule; that with a schedule behind it comes first.

    Raises Question if they do with it and without; ``usual`` is the schedule then.
    """
    found, refused = list[tuple[WithSchedule, Rule]](), list[Misuse]()
    for way in ways:
        try:
            found.append((way, read_rule(way.rule, vocabulary, can_ask=ctx.shop.can_ask)))
        except Question as asked:
            raise asked.about({"runs": way.runs}) from asked
        except Misuse as error:
            refused.append(error)
    if not found:
        refuse_other_schedule(ways[-1].rule, field="rule")
        raise refused[0]
    if found[1:] and ctx.shop.can_ask:
        readings = [Reading({"rule": way.rule, "runs": way.runs or usual}) for way, _ in found]
        sentence = f"Does “{ways[0].runs}” say when it runs? Nothing was done yet."
        raise Question(sentence, readings, field="rule", for_log="The schedule may be part of the rule.")
    return found[0]


def _schedule(way: WithSchedule, now: Followed | None, ctx: Context) -> Schedule:
    if not way.runs:
        return now.schedule if now else ctx.usual_schedule
    try:
        return parse_schedule(way.runs, ctx.usual_schedule, field="runs")
    except Question as asked:
        raise asked.about({"rule": way.rule}) from asked


def _followed(rule: Rule, words: str, schedule: Schedule, ctx: Context) -> Followed:
    """Return the rule as it is approved: under today's policy, where it goes on without asking."""
    return Followed(rule=rule, words=words, schedule=schedule).under(ctx.policy.digest)

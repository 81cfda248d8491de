"""What is offered to whoever adds shoppers by hand to a segment whose rule would take them out again."""

from bot.core.answers import MOST_WORDS, Offer, Offers, Part, Sentence
from bot.core.approval.changes import Change
from bot.core.approval.ruled_changes import goes_by_rule
from bot.core.language.phrases import wait_for_approval
from bot.core.planning.steps import AddMembers, DropRule
from bot.core.segment_rules.followed import RulesReader
from bot.core.segment_rules.rule import keeps


async def offers_to_keep(change: Change, rules: RulesReader) -> tuple[Part, ...]:
    """Return a button for each ruled segment that asks for the same rule, but that whoever is in it stays.

    None where the rule itself adds them, or is dropped; a rule that says so is left out, and one too long for a button.
    """
    steps = change.plan.steps
    if goes_by_rule(change) or any(isinstance(step, DropRule) for step in steps):
        return ()
    segments = (step.segment for step in steps if isinstance(step, AddMembers))
    names = {one.id: one.name for one in segments if one.id}
    offers = list[Offer]()
    for id_, name in names.items():
        found = await rules.of(id_)
        words = f"segment rule {id_} rule:'in “{id_}”, or ({found.followed.words})'" if found else ""
        is_kept = found and keeps(found.followed.rule, id_)
        if words and not is_kept and len(words) <= MOST_WORDS and "'" not in words[words.index("'") + 1 : -1]:
            offers.append(Offer(f"Keep Whoever Is in {name}", words))
    waits = f"{wait_for_approval([one.label for one in offers])}."
    return (Offers(tuple(offers)), Sentence(waits, quiet=True)) if offers else ()

"""What differs between two plans of one change, in lines for people. Pure."""

from bot.core.planning.plan import Plan


def _ids(plan: Plan) -> dict[str, str]:
    """Return the ids of the segments that a plan changes, by name."""
    refs = [step.target for step in plan.steps if step.target]
    return {ref.name: ref.id for ref in refs if ref.id}


async def drift(before: Plan, after: Plan) -> tuple[str, ...]:
    """Describe what differs between two plans, in lines for people."""
    ids = _ids(after)
    replaced = [name for name, id_ in _ids(before).items() if ids.get(name, id_) != id_]
    if replaced:
        return tuple(
            f"“{name}” is now the name of another segment, not of the one that this was requested for."
            for name in replaced
        )
    items = await _describe_item_changes(before, after)
    differs = _describe_changes(before.lines, after.lines)
    if differs:
        return (*items, *differs, *_describe_changes(before.remarks, after.remarks))
    no_line_differs = "What the plan touches has changed: descriptions, shoppers or promotions."
    other_lines = _describe_changes(before.warnings, after.warnings) + _describe_changes(before.remarks, after.remarks)
    return (*items, no_line_differs, *other_lines)


async def _describe_item_changes(before: Plan, after: Plan) -> tuple[str, ...]:
    """Write how many of the plan's items are new and how many are gone: ``+3 −1 since the request``."""
    was, now = await before.item_keys(), await after.item_keys()
    return (f"+{len(now - was):,} −{len(was - now):,} since the request.",) if was != now else ()


def _describe_changes(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    was = tuple(f"Was: {line}" for line in before if line not in after)
    return was + tuple(f"Now: {line}" for line in after if line not in before)

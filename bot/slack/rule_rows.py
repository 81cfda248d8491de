"""The rows of conditions in which a form builds a segment's rule: rendered, and decoded from what is filled in. Pure.

The view itself holds all that the next click needs. A row keeps its number as long as it is there, and no other one
gets it after that, since Slack keeps what was typed by the ids of blocks.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.bigcommerce import Segment
from bot.core.command import Command
from bot.core.errors import Misuse
from bot.core.language.args import RuleInput, Text, inputs_of
from bot.core.segment_rules import describe, parse
from bot.core.segment_rules.rows import CHOSEN, KINDS, Part, Row, Rows, words_of
from bot.core.segment_rules.vocabulary import Named, Vocabulary
from bot.slack import blocks, inputs
from bot.slack.action_ids import RULE_ADD, RULE_AS_ROWS, RULE_AS_TEXT, RULE_CHOICES, RULE_PART, RULE_REMOVE, VALUE
from bot.slack.blocks import Block

MOST_ROWS, MOST_CHOSEN = 10, 20
ChosenNames = Mapping[tuple[Part, str], str]
"""What is called how, by the part of a condition that it is chosen for, and its id."""
PARTS: Mapping[Part, Text] = {
    "amount": Text(label="Amount", placeholder="500", hint="In the store's currency; refunds are taken off"),
    "times": Text(label="How many times", placeholder="3"),
    "within": Text(label="In the last", placeholder="90 days", hint="Days, weeks, months or years; empty for ever"),
    "ago": Text(label="How long", placeholder="180 days", hint="Days, weeks, months or years"),
    "groups": Text(label="Customer groups", hint="One of these"),
    "countries": Text(label="Countries", placeholder="DE, AT", hint="One of these, in two letters"),
    "attribute": Text(label="Customer attribute", hint="Whoever can write this attribute steers the segment"),
    "values": Text(label="Values", placeholder="Gold, Platinum", hint="One of these; case does not matter"),
    "segments": Text(label="Segments", hint="One of these"),
}
NOTHING_CHOSEN = "Choose a condition, and fill it in."
JOINS = {"and": "All of these conditions", "or": "One of these conditions"}


class FilledRows(NamedTuple):
    """The rows of a form by their numbers, as they are filled in, and what the chosen ids are called."""

    rows: Mapping[int, Row]
    join: str
    names: ChosenNames

    @property
    def whole(self) -> Rows:
        """The rows without their numbers."""
        return Rows(tuple(self.rows.values()), "or" if self.join == "or" else "and")

    @property
    def description(self) -> str:
        """What the rows say, as a rule is told; or what is wrong with them."""
        words, named = words_of(self.whole), self.names.items()
        vocabulary = Vocabulary(
            [Segment(id=id_, name=name) for (part, id_), name in named if part == "segments"],
            [Named(int(id_), name) for (part, id_), name in named if part == "groups"],
            [Named(int(id_), name) for (part, id_), name in named if part == "attribute"],
        )
        try:
            return f"In words: {describe(parse(words, vocabulary), vocabulary)}" if words else NOTHING_CHOSEN
        except Misuse as misuse:
            return str(misuse)


def rule_field(command: Command) -> str | None:
    """Return the field of a command's form that holds a segment's rule, if there is one."""
    return next((name for name, kind in inputs_of(command.args).items() if isinstance(kind, RuleInput)), None)


def numbered(rows: Rows, names: ChosenNames, first: int = 0) -> FilledRows:
    """Return rows as a form is to show them, numbered from ``first``."""
    return FilledRows(dict(enumerate(rows.rows, first)), rows.join, names)


def filled_rows(field: str, state: Mapping[str, Mapping[str, Any]]) -> FilledRows | None:
    """Decode the rows from a form's state by blocks; None if it shows the rule as text."""
    parts, names = dict[int, dict[str, tuple[str, ...]]](), dict[tuple[Part, str], str]()
    for block_id, elements in state.items():
        prefix, number, part = (*block_id.rsplit("-", 2), "", "")[:3]
        if prefix == field and number.isdecimal():
            element = next(iter(elements.values()))
            parts.setdefault(int(number), {})[part] = inputs.words_of(inputs.decode_value(element))
            if part in CHOSEN:
                names |= {(part, one["value"]): one["text"]["text"] for one in _options(element)}
    if not parts:
        return None
    rows = {number: _row(found) for number, found in sorted(parts.items())}
    join = next(iter(state.get(f"{field}-join", {"": {}}).values()))
    return FilledRows(rows, inputs.decode_value(join) or "and", names)


def _row(parts: dict[str, tuple[str, ...]]) -> Row:
    kind = "".join(parts.get("kind", ()))
    return Row(kind, {part: parts[part] for part in PARTS if part in parts})


def _options(element: Mapping[str, Any]) -> list[Block]:
    return [*(element.get("selected_options") or ()), *filter(None, [element.get("selected_option")])]


def next_row(view: Block, field: str, filled: FilledRows) -> int:
    """Return the number of the row that is added next, as the form has it, which no row had before."""
    told = [
        one.get("value", "")
        for block in view["blocks"]
        if block.get("block_id") == f"{field}-more"
        for one in block["elements"]
    ]
    return max((0, *(number + 1 for number in filled.rows), *(int(one) for one in told if one.isdecimal())))


def with_rows(view: Block, field: str, filled: FilledRows) -> Block:
    """Return the form with these rows in place of whatever shows the rule."""
    number = str(next_row(view, field, filled))
    more = [blocks.button("Add Condition", RULE_ADD, number)] if len(filled.rows) < MOST_ROWS else []
    rendered = [
        *([_join(field, filled.join)] if len(filled.rows) > 1 else []),
        *(block for number in filled.rows for block in _rendered(field, number, filled)),
        blocks.section(blocks.rich(blocks.cut(filled.description, blocks.TEXT))) | {"block_id": f"{field}-words"},
        blocks.actions([*more, blocks.button("Write It as Text", RULE_AS_TEXT, number)])
        | {"block_id": f"{field}-more"},
    ]
    return _in_place(view, field, rendered)


def with_text(view: Block, field: str, kind: Text, text: str, next_row: int, note: str = "") -> Block:
    """Return the form with the rule as text, and a button that shows it as rows, numbered from ``next_row``."""
    # What was typed into a field before its text was made of rows is not to come back.
    action_id = f"{VALUE}-{next_row}" if next_row else VALUE
    element = inputs.text_element(kind, text) | {"action_id": action_id}
    noted = [blocks.section(blocks.rich(note)) | {"block_id": f"{field}-note"}] if note else []
    more = blocks.actions([blocks.button("Choose Conditions", RULE_AS_ROWS, str(next_row))])
    text_block = inputs.input_block(field, kind.label, element, hint=kind.hint)
    return _in_place(view, field, [*noted, text_block, more | {"block_id": f"{field}-more"}])


def redrawn(view: Block, field: str, used: str, block_id: str) -> Block:
    """Return the form as it is after ``used``, the element of a row or a button of rows in this block."""
    filled = filled_rows(field, view["state"]["values"]) or numbered(Rows(), {})
    rows, following = dict(filled.rows), next_row(view, field, filled)
    if used == RULE_ADD:
        rows[following] = Row()
    elif used == RULE_REMOVE:
        rows.pop(int(block_id.rpartition("-")[2]), None)
    return with_rows(view, field, filled._replace(rows=rows or {following: Row()}))


def _in_place(view: Block, field: str, rendered: list[Block]) -> Block:
    """Put blocks in the place of those that show the rule; only what Slack takes of a view stays."""
    is_shown = [str(one.get("block_id", "")).split("-")[0] == field for one in view["blocks"]]
    at = is_shown.index(True)
    others = [one for one, shown in zip(view["blocks"], is_shown, strict=True) if not shown]
    kept = {key: view[key] for key in ("type", "callback_id", "title", "submit", "close", "private_metadata")}
    return kept | {"blocks": [*others[:at], *rendered, *others[at:]]}


def _join(field: str, join: str) -> Block:
    options = {value: blocks.option(label, value) for value, label in JOINS.items()}
    element = {"type": "static_select", "action_id": RULE_PART, "options": [*options.values()]}
    return _live(f"{field}-join", "Shoppers have to meet", element | {"initial_option": options[join]})


def _rendered(field: str, number: int, filled: FilledRows) -> list[Block]:
    """Render a row: what it is, what it has to be told, and unless it is the only one, a button that removes it."""
    row = filled.rows[number]
    options = {key: blocks.option(kind.label, key) for key, kind in KINDS.items()}
    chosen = {"initial_option": options[row.kind]} if row.kind in options else {}
    placeholder = {"placeholder": blocks.plain("Choose a condition", blocks.PLACEHOLDER)}
    kind = {"type": "static_select", "action_id": RULE_PART, "options": [*options.values()], **placeholder, **chosen}
    gone = blocks.actions([blocks.button("Remove Condition", RULE_REMOVE, field)]) | {"block_id": f"{field}-{number}"}
    parts = KINDS[row.kind].parts if row.kind in KINDS else ()
    return [
        _live(f"{field}-{number}-kind", "Condition", kind),
        *(_part(f"{field}-{number}-{part}", part, row.parts.get(part, ()), filled.names) for part in parts),
        *([gone] if len(filled.rows) > 1 else []),
    ]


def _part(block_id: str, part: Part, given: tuple[str, ...], names: ChosenNames) -> Block:
    kind = PARTS[part]
    element = _choice(part, given, names) if part in CHOSEN else _typed_into(kind, " ".join(given))
    return _live(block_id, kind.label, element, hint=kind.hint, optional=part == "within")


def _typed_into(kind: Text, text: str) -> Block:
    counting = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    return inputs.text_element(kind, text) | {"action_id": RULE_PART} | counting


def _choice(part: Part, given: tuple[str, ...], names: ChosenNames) -> Block:
    """Render a type-ahead of what the store has, for one attribute or several of the others."""
    chosen = [blocks.option(names[part, one], one) for one in given if (part, one) in names]
    placeholder = {"placeholder": blocks.plain("Type a name", blocks.PLACEHOLDER)}
    element = {"action_id": RULE_CHOICES[part], "min_query_length": 0, **placeholder}
    if part == "attribute":
        return element | {"type": "external_select"} | ({"initial_option": chosen[0]} if chosen else {})
    element |= {"type": "multi_external_select", "max_selected_items": MOST_CHOSEN}
    return element | ({"initial_options": chosen} if chosen else {})


def _live(block_id: str, label: str, element: Block, *, hint: str = "", optional: bool = False) -> Block:
    """Render an input whose every change is told to the bot, so that the words follow."""
    return inputs.input_block(block_id, label, element, hint=hint, optional=optional) | {"dispatch_action": True}

"""The form of a segment's rule: its rule as rows of conditions where they can hold it, and else as text."""

from typing import Any

from bot.bigcommerce import StoreError
from bot.core.command import Call
from bot.core.context import Context
from bot.core.errors import Refusal
from bot.core.language.args import Text, inputs_of
from bot.core.language.normal_form import without_hidden
from bot.core.segment_rules import describe, read_rule
from bot.core.segment_rules.rows import Part, Rows, rows_of, words_of
from bot.core.segment_rules.vocabulary import Vocabulary
from bot.core.segment_rules.vocabulary_reading import vocabulary_of_words
from bot.slack.action_ids import RULE_AS_ROWS, RULE_AS_TEXT
from bot.slack.blocks import Block
from bot.slack.rule_rows import FilledRows, filled_rows, next_row, numbered, redrawn, rule_field, with_rows, with_text

TOO_MANY_LEVELS = "Conditions in rows are joined by one word, and this rule has more to it. It can be edited as text."


async def with_rule(view: Block, call: Call, ctx: Context) -> Block:
    """Return the form with its rule as rows, if it shows one; as text if rows cannot hold it."""
    field = rule_field(call.command)
    if field is None or not any(one.get("block_id") == field for one in view["blocks"]):
        return view
    text = str(call.values.get(field) or "")
    try:
        return with_rows(view, field, await _as_rows(text, 0, ctx))
    except (Refusal, StoreError):
        return with_text(view, field, _kind(call, field), text, 0)


async def after_use(view: Block, call: Call, action: dict[str, Any], ctx: Context) -> Block:
    """Return the form as it is after this element of its rule was used. Raises StoreError."""
    field = rule_field(call.command)
    assert field  # noqa: S101 - only the form of a rule has such elements
    used, state = action["action_id"], view["state"]["values"]
    if used == RULE_AS_TEXT and (filled := filled_rows(field, state)):
        return with_text(view, field, _kind(call, field), await _as_text(filled, ctx), next_row(view, field, filled))
    if used != RULE_AS_ROWS:
        return redrawn(view, field, used, action["block_id"])
    first, text = int(action["value"]), str(next(iter(state[field].values()))["value"] or "")
    try:
        return with_rows(view, field, await _as_rows(text, first, ctx))
    except Refusal as refusal:
        return with_text(view, field, _kind(call, field), text, first, str(refusal))


def _kind(call: Call, field: str) -> Text:
    kind = inputs_of(call.command.args)[field]
    assert isinstance(kind, Text)  # noqa: S101 - ``rule_field`` found it by that
    return kind


async def _as_rows(text: str, first: int, ctx: Context) -> FilledRows:
    """Return a rule in words as rows, numbered from ``first``; of no words, an empty one. Raises Refusal."""
    line = " ".join(without_hidden(text).split())
    if not line:
        return numbered(Rows(), {}, first)
    vocabulary = await vocabulary_of_words(line, ctx.shop)
    rows = rows_of(read_rule(line, vocabulary, can_ask=True))
    if rows is None:
        raise Refusal(TOO_MANY_LEVELS)
    return numbered(rows, _names(vocabulary), first)


async def _as_text(filled: FilledRows, ctx: Context) -> str:
    """Return what the rows say with the store's names in full; what is not understood stays as it is."""
    words = words_of(filled.whole)
    vocabulary = await vocabulary_of_words(words, ctx.shop)
    try:
        return describe(read_rule(words, vocabulary, can_ask=False), vocabulary) if words else ""
    except Refusal:
        return words


def _names(vocabulary: Vocabulary) -> dict[tuple[Part, str], str]:
    return {
        **{("segments", one.id): one.name for one in vocabulary.segments},
        **{("groups", str(one.id)): one.name for one in vocabulary.groups},
        **{("attribute", str(one.id)): one.name for one in vocabulary.attributes},
    }

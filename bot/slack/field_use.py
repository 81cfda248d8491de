"""Decodes the use of an open form's fields: what is typed into a type-ahead, and how a segment's rule is built. Pure.

Each function raises Undecodable as those of ``decoding``, for payloads that come before the form is submitted.
"""

from dataclasses import dataclass

from bot.core.command import Command, Group, find
from bot.slack.decoding import Body, expected_shape
from bot.slack.payloads import BlockSuggestion, FormActions, FormOfCommand


@dataclass(frozen=True)
class Suggestion:
    """The text typed so far into a field of this command's form."""

    actor: str
    command: str
    action_id: str
    query: str


@dataclass(frozen=True)
class RuleUsed:
    """A use of an element with which the form of this command builds a segment's rule."""

    actor: str
    command: Command
    view: Body
    action: Body


def suggestion(body: Body) -> Suggestion:
    """Decode the text typed into a type-ahead field."""
    with expected_shape():
        payload = BlockSuggestion.model_validate(body)
        metadata = FormOfCommand.model_validate_json(payload.view.private_metadata)
    return Suggestion(payload.user.id, metadata.command, payload.action_id, payload.value)


def rule_used(body: Body, groups: tuple[Group, ...]) -> RuleUsed:
    """Decode the use of an element of a segment's rule in a form."""
    with expected_shape():
        payload = FormActions.model_validate(body)
        metadata = FormOfCommand.model_validate_json(payload.view.private_metadata)
        return RuleUsed(payload.user.id, find(groups, metadata.command), body["view"], body["actions"][0])

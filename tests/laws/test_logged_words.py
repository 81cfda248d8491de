"""A law over every Command: of what people type, the log has only what the store or the record confirmed."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.audit.entries import RecordedEntry
from bot.core.command import Command
from bot.core.language.args import Choice, SegmentInput, ShopperInput, input_of, takes_many
from bot.slack import decoding
from bot.slack.decoding import FormNeeded, HelpNeeded, NotUnderstood
from bot.slack.help import help_answer
from commands import GROUPS
from tests.core.samples import uuid
from tests.engine.bench import Bench, bench
from tests.records import entries_of

COMMANDS = tuple(command for group in GROUPS for command in group.commands)
SECRETS = ("Zebedee", "2025550143", "555014", uuid(987_654), "zebedee@example.com")
NAMING = {"segment create", "segment edit", "segment copy", "segment combine"}
"""Commands that write a name or a description, which the log has once they are planned."""
BEFORE_PLANNING = ("asked", "form")


def lines(command: Command, secret: str) -> Iterator[str]:
    """Lines with the secret in the place of each field, and of all words."""
    fields = command.args.model_fields
    yield f"{command.path} {secret}"
    yield f"{command.path} VIPs {secret}"
    yield f"{command.path} {secret} {secret} {secret} {secret} {secret}"
    for hidden in fields:
        given = {name: secret if name == hidden else _something(name, command) for name in fields}
        yield f"{command.path} " + " ".join(f"{name}:{value}" for name, value in given.items() if value)


def _something(name: str, command: Command) -> str:
    field = command.args.model_fields[name]
    kind = input_of(field)
    if isinstance(kind, Choice):
        return kind.choices[0]
    if isinstance(kind, SegmentInput):
        return "VIPs"
    return ("17" if isinstance(kind, ShopperInput) or takes_many(field) else "1") if field.is_required() else ""


async def typed(machine: Bench, line: str, number: int) -> None:
    """Let Ana type a line."""
    group, _, rest = line.partition(" ")
    body: dict[str, Any] = {
        "trigger_id": f"T{number}",
        "user_id": "UBEN",
        "channel_id": "C1",
        "response_url": "",
        "command": f"/{group}",
        "text": rest,
    }
    intake = machine.engine.intake
    match decoding.slash_command(body, GROUPS):
        case FormNeeded(delivery):
            await intake.asked_for_form(delivery)
        case NotUnderstood(delivery, misuse):
            await intake.refused(delivery, misuse)
        case HelpNeeded(delivery, help_):
            await intake.answered(delivery, help_answer(help_))
        case line_:
            await intake.take(line_)
    await machine.tasks.settled()


def tell(entry: RecordedEntry) -> str:
    return f"{entry.command} {entry.subjects} {entry.detail}"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.path)
async def test_the_log_has_no_word_that_nobody_confirmed(command: Command) -> None:
    async with bench(customers=20) as machine:
        every = [(secret, line) for secret in SECRETS for line in lines(command, secret)]
        for number, (_, line) in enumerate(every):
            await typed(machine, line, number)
        entries = entries_of(machine.ledger)
        assert len(entries) >= len(every)
        unwritten = [entry for entry in entries if entry.kind in BEFORE_PLANNING or command.path not in NAMING]
        assert [tell(entry) for entry in unwritten if any(secret in tell(entry) for secret in SECRETS)] == []

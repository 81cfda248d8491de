"""A law over every Command: words that it does not take are told, asked about or refused, and never dropped."""

import pytest

from bot.bigcommerce import NewSegment
from bot.core.command import Call, Command
from bot.core.errors import Misuse, Refusal
from bot.core.language.args import Text, input_of
from bot.core.understanding import understand
from commands import GROUPS
from tests.engine.bench import bench

EXAMPLES = [
    (command, example.removeprefix("/"))
    for group in GROUPS
    for command in group.commands
    for example in command.examples
]
LEFT_OVER = ("zzqx", "zzqx please", "and zzqx", "to zzqx Gold", "from VIPs zzqx", ", zzqx")


def is_text(command: Command, values: dict[str, object]) -> bool:
    """Whether the words are a text's: a description, a reason, what is looked for."""
    kinds = {name: input_of(field) for name, field in command.args.model_fields.items()}
    return any(isinstance(kinds[name], Text) and "zzqx" in str(value) for name, value in values.items())


@pytest.mark.parametrize("words", LEFT_OVER)
async def test_words_that_no_command_takes_are_never_dropped_silently(words: str) -> None:
    async with bench(customers=20) as machine:
        await machine.client.create_segments(NewSegment(name="Big Spenders"))
        await machine.delete("VIPs")
        for command, example in EXAMPLES:
            line = f"{example.replace(' 42', ' 1')} {words}"
            try:
                call = understand(GROUPS, line)
                assert isinstance(call, Call)
                if not call.words:
                    _ = call.args if call.is_complete else None
            except Misuse:
                continue
            planned = await machine.engine.planner.plan(call, "UBEN")
            told = f"{planned.outcome} {planned.outcome!r}"
            is_refused = isinstance(planned.outcome, Refusal)
            assert is_refused or "zzqx" in told or is_text(command, planned.values or {}), (line, told)

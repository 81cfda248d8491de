"""The surfaces, and what is drawn of each."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from typing import Any

from bot.core.approval.changes import Card, State
from bot.core.invocation import ClickedButton, FromShell
from bot.core.people import Place
from bot.slack.answers import message, tables_as_files
from bot.slack.card import render_card
from bot.slack.change_notices import (
    compose_broken_glass,
    compose_contradiction,
    compose_late_write,
    compose_outcome,
    compose_reminder,
)
from bot.slack.cleared_card import render_cleared
from bot.slack.confirmation_message import render_question
from bot.slack.older_blocks import as_text, versions, view_versions
from bot.slack.review_form import render_review_form
from tests.core.samples import NOW, change
from tests.core.told import changes
from tests.kept_texts import Kinds
from tests.slack.drawn import answers
from tests.slack.drawn.deliveries import deliveries
from tests.slack.drawn.forms import filled_forms
from tests.slack.drawn.homes import homes
from tests.slack.drawn.summaries import summaries

REQUEST = FromShell(
    id="shell/1",
    actor="UANA",
    workspace="T1",
    place=Place(is_shell=True),
    command="segment import",
    said="/segment import",
    headline="Add 2 shoppers to <VIPs>",
    remarks=("Ada, ada@x.org.",),
    login="ana",
)
NAMELESS = REQUEST.model_copy(update={"login": "", "remarks": ()})
BUTTON = ClickedButton(shown=change().shown, channel="C1", ts="1.2", text="Delete &lt;VIPs&gt; `now`")


def _cards() -> Iterator[tuple[str, Any]]:
    for title, one in changes.every():
        yield title, asdict(render_card(one))
    for title, one in (*changes.waiting(), *islice(changes.covered(), 1)):
        yield f"{title}, to review", render_review_form(one, "C1")


def _notices() -> Iterator[tuple[str, Any]]:
    for title, one in changes.every():
        told = [compose_outcome(one), compose_reminder(one), compose_late_write(one), compose_contradiction(one)]
        yield title, [as_text(message(answer)) for answer in (*told, compose_broken_glass(one))]
    done = change(state=State.DONE, card=Card(channel="C1", ts="1.2", url="https://s.example/c"), deciders=("UBEN",))
    yield "a card with a link", asdict(message(compose_outcome(done)))
    for of in (done, None):
        yield f"a copy of {of and of.number}", asdict(render_cleared(BUTTON, of))
    yield "a copy of which nothing is known", asdict(render_cleared(BUTTON.model_copy(update={"text": ""}), done))
    for request in (REQUEST, NAMELESS):
        yield (
            f"from the shell, {request.login or 'nobody'}",
            asdict(render_question(request, until=NOW + timedelta(hours=1))),
        )


def _answers() -> Iterator[tuple[str, Any]]:
    for title, one in answers.answers().items():
        yield title, asdict(message(one))
        yield f"{title}, as files", [asdict(file) for file in tables_as_files(one)]


def _older() -> Iterator[tuple[str, Any]]:
    for title, one in (answers.answers() | answers.tall()).items():
        for at, less in enumerate(versions(message(one))[1:]):
            yield f"{title}, {at + 1} less", asdict(less)
    for title, card in changes.waiting():
        yield f"{title}, in words", versions(render_card(card))[-1].text
    for title, view in homes().items():
        for at, tab in enumerate(view_versions(view["blocks"])[1:]):
            yield f"{title}, {at + 1} less", tab.blocks


SURFACES: Kinds = {
    "cards": lambda: dict(_cards()),
    "notices": lambda: dict(_notices()),
    "forms": filled_forms,
    "homes": homes,
    "summaries": summaries,
    "answers": lambda: dict(_answers()),
    "pieces": answers.pieces,
    "deliveries": deliveries,
    "older": lambda: dict(_older()),
}

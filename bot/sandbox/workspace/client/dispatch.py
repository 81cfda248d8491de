"""When an input dispatches its value to the app, before its form is submitted.

Facts: docs.slack.dev/reference/block-kit/blocks/input-block (`dispatch_action`) and
…/composition-objects/dispatch-action-configuration-object (`trigger_actions_on`).
"""

from typing import Any

from bot.sandbox.workspace.refusals import Json, Misuse

ENTER, CHARACTER = "on_enter_pressed", "on_character_entered"
WRITTEN = ("plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input")


def triggers_of(element: Json) -> list[str]:
    """List the events of a text input that are dispatched: Enter, if nothing is configured.

    Slack documents no default for a multi-line input, in which Enter starts a new line: none is assumed.
    """
    asked: list[str] = element.get("dispatch_action_config", {}).get("trigger_actions_on", [])
    return asked or ([] if element.get("multiline") else [ENTER])


def check_dispatch(block: Json, element: Json, value: Any) -> None:
    """Raise Misuse if the app would not be notified of the value.

    A text `value` is typed, followed by Enter if only that is dispatched; None presses Enter on the current value.
    """
    if block["type"] != "input":
        return
    name = block["label"]["text"]
    if not block.get("dispatch_action"):
        raise Misuse(f"{name!r} tells the app nothing before the form is submitted: it has no dispatch_action.")
    if element["type"] not in WRITTEN:
        return
    triggers = triggers_of(element)
    if value is None and ENTER not in triggers:
        raise Misuse(f"Pressing Enter in {name!r} tells the app nothing; give the 'value' that is typed.")
    if not triggers:
        raise Misuse(f"Typing into {name!r} tells the app nothing: its trigger_actions_on is missing.")

"""The states of inputs and selects, as in `view.state.values` (docs.slack.dev/reference/views, "state").

Each type has one key for its value, and one for its initial value in the block.
"""

from typing import Any

from bot.sandbox.workspace.block_kit.controls import controls
from bot.sandbox.workspace.refusals import Json

Filled = dict[str, dict[str, Json]]
"""What a person entered: block_id → action_id → the element's state."""

KEYS: dict[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "file_input": ("files", "initial_files"),
}


def is_multiple(element: Json) -> bool:
    """Return whether the element holds a list."""
    return element["type"].startswith("multi_") or element["type"] in ("checkboxes", "file_input")


def state_of(element: Json, value: Any) -> Json:
    """Build the state of an element that holds `value`."""
    return {"type": element["type"], KEYS[element["type"]][0]: value}


def held_by(element: Json, state: Json) -> Any:
    """Return the value in a state."""
    return state[KEYS[element["type"]][0]]


def first_state(element: Json) -> Json:
    """Build the state of an element that nobody has touched."""
    empty: Any = [] if is_multiple(element) else None
    return state_of(element, element.get(KEYS[element["type"]][1], empty))


def values_of(blocks: list[Json], filled: Filled) -> Filled:
    """Build `state.values`: for each element with a value, the entered or else the initial one."""
    values: Filled = {}
    for block_id, element in controls(blocks):
        if element["type"] in KEYS:
            entered = filled.get(block_id, {}).get(element["action_id"])
            values.setdefault(block_id, {})[element["action_id"]] = entered or first_state(element)
    return values

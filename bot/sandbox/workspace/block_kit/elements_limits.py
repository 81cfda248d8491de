"""Limits of what stands inside blocks: texts, options, confirm dialogs, buttons, selects, inputs.

Facts: docs.slack.dev/reference/block-kit/block-elements and …/composition-objects.
"""

from typing import Any

from bot.sandbox.workspace.block_kit.rules import (
    Faults,
    Rule,
    anything,
    boolean,
    both,
    fault,
    fields,
    items,
    number,
    one_of,
    string,
    typed,
)


def plain(most: int) -> Rule:
    """Rule: a plain_text object with 1 to `most` characters."""
    return typed({"plain_text": fields({"type": anything, "text": string(most, 1)}, {"emoji": boolean})}, "plain text")


def text(most: int) -> Rule:
    """Rule: a plain_text or mrkdwn object with 1 to `most` characters."""
    sized = string(most, 1)
    kinds = {
        "plain_text": fields({"type": anything, "text": sized}, {"emoji": boolean}),
        "mrkdwn": fields({"type": anything, "text": sized}, {"verbatim": boolean}),
    }
    return typed(kinds, "text")


ID = string(255, 1)
URL = string(3000, 1)
CONFIRM = fields(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)


def _option(label: Rule) -> Rule:
    return fields({"text": label, "value": string(150)}, {"description": text(75), "url": URL})


OPTION = _option(plain(75))
MARKDOWN_OPTION = _option(text(75))  # radio buttons and checkboxes may have mrkdwn
OPTIONS = items(100, OPTION)
GROUPS = items(100, fields({"label": plain(75), "options": items(100, OPTION)}))

_KIND = {"type": anything}
_COMMON: dict[str, Rule] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": boolean}
_HINTED: dict[str, Rule] = {**_COMMON, "placeholder": plain(150)}
_DISPATCH = fields({}, {"trigger_actions_on": items(2, one_of("on_enter_pressed", "on_character_entered"))})


def _either(first: str, second: str) -> Rule:
    def rule(value: Any, pointer: str) -> Faults:
        if (first in value) == (second in value):
            yield fault(f"must have exactly one of {first} and {second}", pointer)

    return rule


def _select(multiple: bool, **more: Rule) -> Rule:
    several: dict[str, Rule] = {"max_selected_items": number(1, 100)} if multiple else {}
    return fields(_KIND, {**_HINTED, **several, **more})


def _static(multiple: bool) -> Rule:
    initial = {"initial_options": OPTIONS} if multiple else {"initial_option": OPTION}
    rule = _select(multiple, options=OPTIONS, option_groups=GROUPS, **initial)
    return both(rule, _either("options", "option_groups"))


def _external(multiple: bool) -> Rule:
    initial = {"initial_options": OPTIONS} if multiple else {"initial_option": OPTION}
    return _select(multiple, min_query_length=number(0, 100), **initial)


def _of_ids(noun: str, multiple: bool, **more: Rule) -> Rule:
    initial: dict[str, Rule] = {f"initial_{noun}s": items(100, ID)} if multiple else {f"initial_{noun}": ID}
    return _select(multiple, **initial, **more)


_FILTER = {"default_to_current_conversation": boolean, "response_url_enabled": boolean, "filter": anything}
_CHOICES = items(10, MARKDOWN_OPTION)
_WRITTEN: dict[str, Rule] = {
    "action_id": ID,
    "placeholder": plain(150),
    "focus_on_load": boolean,
    "dispatch_action_config": _DISPATCH,
    "initial_value": string(3000),
}

BUTTON = fields(
    {**_KIND, "text": plain(75)},
    {
        "action_id": ID,
        "value": string(2000),
        "url": URL,
        "style": one_of("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(75),
    },
)
IMAGE = fields({**_KIND, "alt_text": string(2000)}, {"image_url": URL, "slack_file": anything})

CHOOSERS: dict[str, Rule] = {
    "static_select": _static(False),
    "multi_static_select": _static(True),
    "external_select": _external(False),
    "multi_external_select": _external(True),
    "users_select": _of_ids("user", False),
    "multi_users_select": _of_ids("user", True),
    "conversations_select": _of_ids("conversation", False, **_FILTER),
    "multi_conversations_select": _of_ids("conversation", True, **_FILTER),
    "channels_select": _of_ids("channel", False, response_url_enabled=boolean),
    "multi_channels_select": _of_ids("channel", True),
    "radio_buttons": fields({**_KIND, "options": _CHOICES}, {**_COMMON, "initial_option": MARKDOWN_OPTION}),
    "checkboxes": fields({**_KIND, "options": _CHOICES}, {**_COMMON, "initial_options": _CHOICES}),
    "datepicker": fields(_KIND, {**_HINTED, "initial_date": string(10)}),
    "timepicker": fields(_KIND, {**_HINTED, "initial_time": string(5), "timezone": string(100)}),
    "datetimepicker": fields(_KIND, {**_COMMON, "initial_date_time": number(10**9, 10**10 - 1)}),
}
WRITERS: dict[str, Rule] = {
    "plain_text_input": fields(
        _KIND,
        {**_WRITTEN, "multiline": boolean, "min_length": number(0, 3000), "max_length": number(1, 3000)},
    ),
    "email_text_input": fields(_KIND, _WRITTEN),
    "url_text_input": fields(_KIND, _WRITTEN),
    "number_input": fields(
        {**_KIND, "is_decimal_allowed": boolean},
        {**_WRITTEN, "min_value": string(40), "max_value": string(40)},
    ),
    "rich_text_input": fields(_KIND, {**_WRITTEN, "initial_value": anything}),
    "file_input": fields(_KIND, {"action_id": ID, "filetypes": items(100, string(20, 1)), "max_files": number(1, 10)}),
}
CLICKERS: dict[str, Rule] = {
    "button": BUTTON,
    "overflow": fields({**_KIND, "options": items(5, OPTION)}, {"action_id": ID, "confirm": CONFIRM}),
}
_SINGLE = {kind: rule for kind, rule in CHOOSERS.items() if not kind.startswith("multi_")}

ACTION_ELEMENT = typed({**CLICKERS, **CHOOSERS}, "an actions block")
ACCESSORY = typed({**CLICKERS, **CHOOSERS, "image": IMAGE}, "an accessory")
INPUT_ELEMENT = typed({**CHOOSERS, **WRITERS}, "an input block")

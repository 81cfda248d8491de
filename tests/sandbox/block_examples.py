"""One good example of each block and element, with every field that it may have."""

from typing import Any

from tests.sandbox.slack_app import words

Json = dict[str, Any]

URL = "https://example.com/a.png"
STYLE = {"bold": True, "italic": True, "strike": True}
MENTION = STYLE | {"highlight": True, "client_highlight": False, "unlink": False}
CONFIRM = {
    "title": words("x"),
    "text": {"type": "mrkdwn", "text": "x", "verbatim": True},
    "confirm": words("x"),
    "deny": words("x"),
    "style": "danger",
}
BUTTON: Json = {
    "type": "button",
    "text": {"type": "plain_text", "text": "x", "emoji": True},
    "action_id": "button",
    "value": "x",
    "url": "https://example.com",
    "style": "primary",
    "confirm": CONFIRM,
    "accessibility_label": "x",
}
IMAGE: Json = {"type": "image", "image_url": URL, "alt_text": "x"}
FILE_IMAGE: Json = {"type": "image", "slack_file": {"id": "F0EXAMPLE1"}, "alt_text": "x"}

OPTION: Json = {"text": words("x"), "value": "x", "description": words("x")}
OPTIONS = [OPTION, OPTION | {"value": "y"}]
GROUPS = [{"label": words("x"), "options": OPTIONS}]
CHOOSER: Json = {"confirm": CONFIRM, "focus_on_load": False}
SELECT: Json = CHOOSER | {"placeholder": words("x")}
MULTI: Json = SELECT | {"max_selected_items": 2}
FILTER = {
    "include": ["im", "public"],
    "exclude_external_shared_channels": True,
    "exclude_bot_users": True,
}
CHOOSERS: list[Json] = [
    SELECT | {"type": "static_select", "options": OPTIONS, "initial_option": OPTION},
    MULTI | {"type": "multi_static_select", "option_groups": GROUPS, "initial_options": [OPTION]},
    SELECT | {"type": "external_select", "initial_option": OPTION, "min_query_length": 0},
    MULTI | {"type": "multi_external_select", "initial_options": [OPTION], "min_query_length": 0},
    SELECT | {"type": "users_select", "initial_user": "U0ANA00001"},
    MULTI | {"type": "multi_users_select", "initial_users": ["U0ANA00001"]},
    SELECT
    | {
        "type": "conversations_select",
        "initial_conversation": "D0ANA00001",
        "default_to_current_conversation": True,
        "response_url_enabled": True,
        "filter": FILTER,
    },
    MULTI
    | {
        "type": "multi_conversations_select",
        "initial_conversations": ["C0SEGMENT1"],
        "default_to_current_conversation": True,
        "filter": FILTER,
    },
    SELECT | {"type": "channels_select", "initial_channel": "C0SEGMENT1", "response_url_enabled": True},
    MULTI | {"type": "multi_channels_select", "initial_channels": ["C0SEGMENT1"]},
    CHOOSER | {"type": "radio_buttons", "options": OPTIONS, "initial_option": OPTION},
    CHOOSER | {"type": "checkboxes", "options": OPTIONS, "initial_options": [OPTION]},
    SELECT | {"type": "datepicker", "initial_date": "2026-11-28"},
    SELECT | {"type": "timepicker", "initial_time": "08:30", "timezone": "Europe/Berlin"},
    CHOOSER | {"type": "datetimepicker", "initial_date_time": 1_774_944_000},
]
OVERFLOW: Json = {
    "type": "overflow",
    "options": [OPTION | {"url": "https://example.com"}],
    "action_id": "more",
    "confirm": CONFIRM,
}

TEXT: Json = {"type": "text", "text": "x", "style": STYLE | {"code": True, "underline": True}}
LINK: Json = {"type": "link", "url": "mailto:ana@example.com", "text": "x", "unsafe": False, "style": STYLE}
PARTS: list[Json] = [
    TEXT,
    LINK,
    {"type": "user", "user_id": "U0ANA00001", "style": MENTION},
    {"type": "usergroup", "usergroup_id": "S0APPROV01", "style": MENTION},
    {"type": "channel", "channel_id": "C0SEGMENT1", "style": MENTION},
    {"type": "team", "team_id": "T0SANDBOX1", "style": MENTION},
    {"type": "broadcast", "range": "here", "style": MENTION},
    {"type": "emoji", "name": "+1", "skin_tone": 2, "unicode": "1f44d-1f3fb", "url": URL, "style": MENTION},
    {
        "type": "date",
        "timestamp": 1_774_944_000,
        "format": "{date_short} at {time}",
        "url": "https://example.com",
        "fallback": "x",
        "style": MENTION,
    },
    {"type": "color", "value": "#1d4ed8", "style": MENTION},
]
RICH_TEXT: Json = {
    "type": "rich_text",
    "block_id": "rich",
    "elements": [
        {"type": "rich_text_section", "elements": PARTS},
        {
            "type": "rich_text_list",
            "style": "ordered",
            "elements": [{"type": "rich_text_section", "elements": [TEXT]}],
            "indent": 1,
            "offset": 2,
            "border": 0,
        },
        {"type": "rich_text_preformatted", "elements": [TEXT, LINK], "border": 1},
        {"type": "rich_text_quote", "elements": [TEXT], "border": 1},
    ],
}
CELL: Json = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [TEXT]}]}

WRITTEN: Json = {
    "placeholder": words("x"),
    "focus_on_load": False,
    "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed", "on_character_entered"]},
}
WRITERS: list[Json] = [
    WRITTEN | {"type": "plain_text_input", "initial_value": "x", "multiline": True, "min_length": 1, "max_length": 3},
    WRITTEN | {"type": "email_text_input", "initial_value": "ana@example.com"},
    WRITTEN | {"type": "url_text_input", "initial_value": "https://example.com"},
    WRITTEN
    | {
        "type": "number_input",
        "is_decimal_allowed": True,
        "initial_value": "2.5",
        "min_value": "1",
        "max_value": "3",
    },
    WRITTEN | {"type": "rich_text_input", "initial_value": CELL},
]
FILE_INPUT: Json = {"type": "file_input", "action_id": "file", "filetypes": ["csv"], "max_files": 1}


def field(element: Json) -> Json:
    return {
        "type": "input",
        "label": words("x"),
        "element": element,
        "hint": words("x"),
        "optional": True,
        "dispatch_action": True,
    }


CARD: Json = {
    "type": "card",
    "title": words("x"),
    "subtitle": words("x"),
    "body": words("x"),
    "subtext": words("x"),
    "actions": [BUTTON],
    "hero_image": IMAGE,
    "icon": IMAGE,
}
SMALL_CARD: Json = {"type": "card", "title": words("x"), "slack_icon": {"type": "icon", "name": "bot"}}
EVERYWHERE: list[Json] = [
    {"type": "actions", "elements": [BUTTON, OVERFLOW]},
    *({"type": "actions", "elements": [one]} for one in CHOOSERS),
    {"type": "section", "text": words("x"), "fields": [words("x")], "accessory": IMAGE, "expand": True},
    {"type": "context", "elements": [IMAGE, FILE_IMAGE, words("x"), {"type": "mrkdwn", "text": "x"}]},
    {"type": "divider", "block_id": "line"},
    {"type": "header", "text": words("x"), "level": 2},
    IMAGE | {"title": words("x")},
    CARD,
    {"type": "carousel", "elements": [SMALL_CARD]},
    RICH_TEXT,
]
FIELDS = [field(one) for one in (*CHOOSERS, *WRITERS)]
POINTS = [{"label": "May", "value": 1.5}]
PLOT = {
    "series": [{"name": "VIPs", "data": POINTS}],
    "axis_config": {"categories": ["May"], "x_label": "x", "y_label": "y"},
}
NUMBER = {"type": "raw_number", "value": 7, "text": "7"}
ACTION = {"type": "action", "element": BUTTON, "fallback": NUMBER}
DATA: list[Json] = [
    {"type": "table", "rows": [[NUMBER, CELL]], "column_settings": [{"align": "right", "is_wrapped": True}]},
    {
        "type": "data_table",
        "caption": "x",
        "rows": [[NUMBER, {"type": "raw_text", "text": "x"}], [CELL, ACTION]],
        "page_size": 5,
        "row_header_column_index": 1,
    },
    {"type": "data_visualization", "title": "x", "chart": {"type": "pie", "segments": POINTS}},
    *({"type": "data_visualization", "title": "x", "chart": {"type": one, **PLOT}} for one in ("bar", "line", "area")),
]
MARKDOWN: Json = {"type": "markdown", "text": "x"}
ALERT: Json = {"type": "alert", "text": words("x"), "level": "info"}


def modal(*blocks: Json) -> Json:
    return {
        "type": "modal",
        "title": words("x"),
        "submit": words("x"),
        "close": words("x"),
        "private_metadata": "x",
        "callback_id": "x",
        "external_id": "x",
        "clear_on_close": True,
        "notify_on_close": True,
        "submit_disabled": True,
        "blocks": list(blocks),
    }


def home(*blocks: Json) -> Json:
    return {"type": "home", "private_metadata": "x", "callback_id": "x", "external_id": "x", "blocks": list(blocks)}


ONCE: list[tuple[str, Any]] = [
    *(("message", [one]) for one in (*EVERYWHERE, *FIELDS, *DATA, MARKDOWN)),
    *(("modal", modal(one)) for one in (field(FILE_INPUT), ALERT)),
    ("home", home()),
    ("options", {"options": OPTIONS}),
    ("options", {"option_groups": GROUPS}),
    ("errors", {"name": "x"}),
]
"""Each example on one surface that takes it."""
AGAIN: list[tuple[str, Any]] = [
    *(("modal", modal(one)) for one in (*EVERYWHERE, *FIELDS)),
    *(("home", home(one)) for one in (*EVERYWHERE, *FIELDS, *DATA)),
]
"""The examples on the other surfaces that take them."""

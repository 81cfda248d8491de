"""Every figure of the bot, once more: tests of its parts take them by name, and none would see one of them change.

Who changes a figure changes it here as well, and adds a new one.
"""

import ast
from collections.abc import Iterator, Mapping
from datetime import timedelta
from importlib import import_module
from math import inf
from pathlib import Path

import pytest

from bot.bigcommerce.responses import _ERRORS

ROOT = Path(__file__).parent.parent
LAYERS = ("bigcommerce", "core", "ledger", "engine", "slack", "health", "doctor")
Figure = float | timedelta

BIGCOMMERCE: Mapping[str, Mapping[str, Figure]] = {
    "behaviour": {"MONEY": 10_000, "INCOMPLETE": 0, "_LARGEST": 2**63},
    "attempts": {"LOCKED": 423, "TOO_MANY": 429, "OVER_PLAN": 507},
    "concurrency": {"WIDTH": 10},
    "connection": {
        "LONGEST_WRITE": 10,
        "LONGEST_READ": 30,
        "URI_TOO_LONG": 414,
    },
    "exchanges": {"FRESH": 5},
    "endpoints": {"MEMBERS_AT_ONCE": 50, "CUSTOMERS_AT_ONCE": 10, "LONGEST_EMAIL": 255},
    "models": {"MOST_SEGMENTS": 1000, "DEEPEST": 100},
    "failures": {"_LONGEST_MESSAGE": 200},
    "network": {"TIMEOUT": 10, "KEPT": 5},
    "paging": {"READINGS": 3, "SAMPLED": 10},
    "rate_limits": {
        "PLENTY": 0.5,
        "RESERVE": 0.02,
        "LONGEST_WINDOW": 600,
        "PATIENCE": 20,
        "FIRST_BACKOFF": 0.5,
        "LONGEST_BACKOFF": 8,
        "SHORT_BACKOFF": 0.1,
        "LONGEST_SHORT_BACKOFF": 2,
        "REFUSALS": 6,
        "CROWDED": 12,
        "STEADY": 50,
        "FAILURES": 5,
    },
    "recent_writes": {"REMEMBERED": 30, "MOST": 5_000},
    "client": {"NO_CONTENT": 204},
    "responses": {"_MOST_MESSAGES": 10},
    "shares": {"AT_ONCE": 10, "RESERVED": 2, "ASK_AGAIN": 1},
    "turns": {"LEFT_BY_LONG_RUNS": 0.2},
    "wire_format": {
        "PAGE_LIMIT": 250,
        "URL_ROOM": 2000,
        "SHORTEST_URL_ROOM": 400,
        "BASE_ROOM": 400,
        "TARGET_ROOM": 1600,
    },
}
CORE: Mapping[str, Mapping[str, Figure]] = {
    "answers": {"MOST_WORDS": 1900},
    "approval.need": {"MOST_APPROVALS": 2},
    "approval.policy": {"NAMED": 5},
    "approval.rule": {"LONGEST": timedelta(days=7)},
    "approval.shown_change": {"DIGITS": 16},
    "audit.exports": {"MOST_ENTRIES": 100_000, "MOST_BYTES": 50_000_000},
    "audit.hash_chain": {"LEAST_SEAL": 16, "SEAL": 64},
    "audit.seal_keys": {"LEAST": 32},
    "list_files.cells": {"_LONGEST_ADDRESS": 400},
    "list_files.columns": {"LEAST": 0.8, "_RIVAL": 0.5, "_ONLY": 0.5},
    "list_files.encodings": {"_CHUNK": 262_144, "_MANY": 5},
    "list_files.file_kinds": {"_HEAD": 512},
    "list_files.reading": {"SAMPLE": 300, "_SHOWN": 3, "_WIDTH": 60, "_OFFERED": 8},
    "list_files.records": {"MOST_RECORDS": 250_000, "LONGEST": 1_000_000},
    "list_files.rows": {"_SHOWN": 200},
    "list_files.sheet_areas": {"MOST_CELLS": 8_000_000, "_CHUNK": 1_048_576},
    "list_files.workbooks": {"MOST_UNPACKED": 200_000_000, "EXACT": 10**15},
    "kept_lists": {"SHORT": 25},
    "language.phrases": {"MOST_NAMES": 10, "NAMED": 3, "NAMES_ROOM": 250},
    "language.logic_parser": {"MOST_PARENTHESES": 20},
    "language.line_reader": {"MOST_STEPS": 150, "_MOST_LEADS": 5},
    "language.near_readings": {"MOST_NAMES": 4, "MOST_OTHERS": 6, "MOST_TRIES": 100, "_MOST_READ": 10_000},
    "language.readings": {"MOST_READINGS": 5, "_NEAR": 10},
    "latest_numbers": {"LOOKED_AT": 50, "OFFERED": 3},
    "long_lists": {"AT_ONCE": 5_000},
    "planning.item_names": {"AT_ONCE": 1_000},
    "planning.plan": {"KNOWN": 100, "THINGS": 100},
    "planning.plan_lines": {"MOST_LINES": 2, "ROOM": 110},
    "planning.steps.step": {"BATCH": 500},
    "questions": {"LABEL_ROOM": 70, "TOLD": 100, "FAULT": 250},
    "segment_rules.belonging": {"MOST_SUMS": 10},
    "segment_rules.rule": {"MOST_TIMES": 1_000_000, "MOST_SPENT": 10**15},
    "store_view.empty_lists": {"CHECKED": 3},
    "store_view.names": {"_SLACK": 30, "_LIKENESS": 0.75, "_NO_BETTER": 0.05, "_MOST_NEAR": 5, "_SUGGESTED": 3},
    "store_view.named_shoppers": {"_NOBODY": -1},
    "store_view.people_meant": {"OFFERED": 10, "WORDS_OF_A_NAME": 5, "NAMES": 5},
    "store_view.reach": {"MOST": 25_000},
    "store_view.shoppers": {"LEFT_OUT": 3},
    "store_view.targeting.rule_readings": {"MOST_NAMES": 4},
    "store_view.targeting.parser": {"MOST_LEVELS": 4},
    "approval.covering": {"LONGEST_WAIT": timedelta(hours=1), "PATIENCE": 4},
    "language.due_times": {"FURTHEST": timedelta(days=366), "_WEEK": timedelta(days=6), "_YEAR": timedelta(days=364)},
    "language.field_values": {"WORDS_OF_A_NAME": 20, "LONGEST": 12},
    "language.person_names": {"_MOST_WORDS": 6, "_MOST_BEHIND": 12},
    "language.times_behind": {"_LONGEST": 6},
    "language.telling_parts": {"_BEHIND": 3},
    "memberships.moves": {"PAGE": 20, "LIVES": 100},
    "segment_rules.explanation": {"MOST_ORDERS": 5},
    "segment_rules.schedule": {"HOUR": timedelta(hours=1), "DAY": timedelta(days=1)},
    "segment_rules.wordings": {"_MOST_MEANINGS": 2},
    "store_view.telling_words": {"MOST_ALONE": 4, "_LONGEST": 100},
    "summary.gather": {"TRIES": 3, "MOST_COMING": 100},
    "summary.headline": {"NAME": 40, "NAMED": 2},
    "summary.history": {"WEEK": timedelta(days=7), "GAP": timedelta(days=3)},
    "summary.message": {"HEADLINE": 150, "CHARTED": 10, "LISTED": 6},
    "summary.size_trend": {"MONTH": timedelta(days=30), "POINTS": 20},
    "summary.summary_run": {
        "CATCH_UP": timedelta(hours=6),
        "PATIENCE": timedelta(hours=1),
        "PAUSE": timedelta(minutes=1),
    },
    "written_text": {"CHUNK": 65_536},
    "understanding": {"MOST_WORDS": 5_000, "ALIKE": 0.75},
    "asked_names": {"_LONGEST": 1_000},
    "uploads": {"MOST_BYTES": 10_485_760},
}
LEDGER: Mapping[str, Mapping[str, Figure]] = {
    "postgres.connection": {"STREAMED": 1000},
    "postgres.database": {"READERS": 4, "READERS_APART": 8},
    "postgres.outcomes": {"SECONDS": 10, "AGAIN": 0.2},
    "sql.audit_index": {"AT_ONCE": 2000, "BATCH": 500},
    "sql.audit_log": {"PAGE": 1000},
    "sql.audit_search": {"FEW": 100},
    "sql.authorization": {"FEW": 2000, "LONG_PLAN": 10_000},
    "sql.copying": {"PAGE": 1000, "FEW": 10},
    "sql.database": {"BUSY_SECONDS": 1},
    "sql.error_log": {"EVERY": 60},
    "sql.fact_rows": {"SHARED": 1_000},
    "postgres.server": {"_UPDATE_DELETE_TRUNCATE": 56},
    "sql.facts": {"_ALWAYS": -(2**62), "FORGOTTEN": 1_000, "PIECE": 5_000},
    "sql.moves_by_runs": {"CLOCKS": timedelta(days=1)},
    "sql.invocations": {"QUIET_TURNS": 4, "MOST_WAITED": 0.005},
    "sql.kept_lists": {"AT_ONCE": 10, "LONG": 100_000, "RECENT": 12},
    "sql.related_changes": {"REDRAWN": 5},
    "sql.schema_version": {"SCHEMA": 22, "OLDEST_WRITER": 22},
    "sqlite.archiving": {"KEPT": timedelta(days=10), "BATCH": 1000, "PATIENCE": 30},
    "sqlite.database": {"BLOCKED_MS": 20, "CACHE_KIB": 8_000},
    "sqlite.file_checks": {"MOST_LOGGED": 16_000_000},
    "sqlite.write_guard": {"QUIET_SECONDS": 3.0},
    "sqlite.write_turns": {"PAUSE": 0.05},
}
ENGINE: Mapping[str, Mapping[str, Figure]] = {
    "ack_priority": {"AT_ONCE": 8, "QUIET": 0.05, "PATIENCE": 0.25},
    "approvers": {"NAMED": 5},
    "card_reconciler": {"REST": 3},
    "change_run": {"STEPS_AT_ONCE": 3, "MOST_REFUSED": 10},
    "change_runner": {"UNKNOWN": -inf},
    "growing_waits": {"FIRST": timedelta(seconds=1), "LONGEST": timedelta(minutes=5), "DOUBLINGS": 9},
    "home_tab.publisher": {"RECENT": timedelta(days=7), "A_ROUND": 20, "AT_ONCE": 4, "A_MINUTE": 80},
    "home_tab.queries": {"SHOWN": 10, "LISTED": 110},
    "covers": {"WINDOW": timedelta(days=1)},
    "facts.upkeep": {"EVERY": timedelta(hours=1), "PAUSE": 60.0},
    "rule_runs": {"PAUSE": 5.0, "FOR_FACTS": timedelta(hours=1)},
    "facts.lists": {"PAGE": 250, "READINGS": 3},
    "facts.reading": {
        "CHECKED_EVERY": timedelta(days=7),
        "FEW_GONE": 10,
        "MOST_GONE": 0.1,
        "OVERLAP": timedelta(minutes=10),
    },
    "housekeeper": {"FRESH": timedelta(minutes=10), "REMIND": timedelta(hours=2)},
    "late_replies": {"KEPT": timedelta(minutes=20)},
    "process": {"HEARTBEAT": timedelta(seconds=2), "LEASE": timedelta(seconds=15)},
    "run_fence": {"GAP": 60},
    "run_paces": {"WINDOW": 30},
    "store_overview": {"LARGEST": 25, "TTL": timedelta(seconds=30)},
    "tasks": {"FINISH_SECONDS": 3},
}
SLACK: Mapping[str, Mapping[str, Figure]] = {
    "action_ids": {"METADATA_LIMIT": 3000},
    "answers": {"FILE_NAME_BYTES": 200},
    "blocks": {  # docs.slack.dev/reference/block-kit, and what we keep below it
        "HEADER": 150,
        "TEXT": 3000,
        "BUTTON": 75,
        "BUTTON_VALUE": 2000,
        "OPTION": 75,
        "OPTION_VALUE": 150,
        "PLACEHOLDER": 150,
        "TITLE": 24,
        "LABEL": 2000,
        "MESSAGE_TEXT": 3900,
        "MESSAGE_BLOCKS": 50,
        "CELL": 300,
        "TABLE_ROWS": 200,
        "TABLE_TEXT": 20_000,
        "CONFIRM_TEXT": 300,
        "CONFIRM_BUTTON": 30,
        "OPTIONS": 100,
        "ACTIONS": 25,
        "FIELD": 1500,
        "MESSAGE_ROOM": 9000,
        "LINES": 15,
        "LINE": 400,
        "LINES_ROOM": 1500,
        "SMALL_PRINT": 600,
        "LEAST_CELL": 10,
        "TABLE_PAGE": 100,
        "PLAN_ROOM": 3000,
        "CHARTS": 2,
        "CHART_TITLE": 50,
        "CHART_LABEL": 20,
        "CHART_POINTS": 20,
        "CHART_SERIES": 12,
    },
    "card": {"RULE": 200},
    "card_search": {"CLOCKS_DIFFER": timedelta(minutes=5), "LATEST": 200},
    "dialogs": {"PATIENCE": 2},
    "directory": {"PEOPLE_AT_ONCE": 1000, "TTL": timedelta(seconds=30)},
    "file_downloads": {"CHUNK": 65_536},
    "file_transfers": {"LONGEST_WAIT": 30},
    "forms": {"REASON_LENGTH": 500, "CARRIED": 2500},
    "home": {"HOME_BLOCKS": 100},
    "http.connections": {"MOST": 512, "READ_SECONDS": 10},
    "http.endpoint": {"MOST_BYTES": 1_048_576},
    "http.replays": {"MOST": 20_000, "KEPT_SECONDS": 600, "SERVER_ERROR": 500, "MOST_KEPT": 4000},
    "http.signature": {"VALID_SECONDS": 300},
    "inputs": {"NAME_LENGTH": 200},
    "older_blocks": {"FEWER_ROWS": 20},
    "progress_bar": {"WIDTH": 20},
    "rule_rows": {"MOST_ROWS": 10, "MOST_CHOSEN": 20},
    "suggestions": {"TTL": timedelta(seconds=10), "PATIENCE": 2.5},
    "socket_mode.connection": {"ACK_SECONDS": 3, "SILENT_SECONDS": 40},
    "socket_mode.connections": {
        "PING_SECONDS": 10,
        "CLOSE_SECONDS": 3,
        "LOOK_SECONDS": 1,
        "LONGEST_WAIT": 60,
        "STEADY_SECONDS": 10,
    },
    "socket_mode.upkeep": {"CROWDED": 5},
    "transports": {"BACKLOG": 128, "LINGER_SECONDS": 2},
}
HEALTH: Mapping[str, Mapping[str, Figure]] = {
    "readiness": {"MISSED": 3},
    "readings": {"MONTH": timedelta(days=30)},
}
DOCTOR: Mapping[str, Mapping[str, Figure]] = {
    "clock_checks": {"MOST_APART": timedelta(minutes=1)},
    "findings": {"LIMIT": 30},
    "ledger_checks": {"LATE": timedelta(minutes=10), "LONG": 600, "OWN_ENTRIES": 200},
    "living_bots": {"MOST_BOTS": 5},
    "machine": {"ANSWER_SECONDS": 10},
    "server_checks": {"LEAST_CONNECTIONS": 10},
    "settings_checks": {"SIMILAR": 0.8},
    "sqlite_checks": {"LEAST_FREE": 200_000_000},
}
STATUSES = {
    202: "Unfinished",
    207: "PartlyFailed",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    413: "TooLarge",
    414: "TooLarge",
    423: "Locked",
    429: "RateLimited",
    507: "OverPlan",
}
KNOWN = dict(zip(LAYERS, (BIGCOMMERCE, CORE, LEDGER, ENGINE, SLACK, HEALTH, DOCTOR), strict=True))


@pytest.mark.parametrize("layer", LAYERS)
def test_every_figure_is_the_one_that_was_chosen(layer: str) -> None:
    found = {
        module: {name: getattr(import_module(f"bot.{layer}.{module}"), name, None) for name in figures}
        for module, figures in KNOWN[layer].items()
    }
    assert found == KNOWN[layer]


def figures_in(layer: str) -> Iterator[tuple[str, str]]:
    """Every name at the top of a module that stands for a figure, with its module."""
    for path in sorted((ROOT / "bot" / layer).rglob("*.py")):
        name = ".".join(path.relative_to(ROOT / "bot" / layer).with_suffix("").parts)
        if not name.startswith("__"):
            module = import_module(f"bot.{layer}.{name.removesuffix('.__init__')}")
            top = [one for one in ast.parse(path.read_bytes()).body if isinstance(one, ast.Assign | ast.AnnAssign)]
            names = [one for statement in top for one in ast.walk(statement) if isinstance(one, ast.Name)]
            named = {one.id for one in names if isinstance(one.ctx, ast.Store)}
            own = {one for one in named & vars(module).keys() if one.upper() == one}
            yield from ((name, one) for one in own if type(getattr(module, one)) in (int, float, timedelta))


@pytest.mark.parametrize("layer", LAYERS)
def test_every_figure_is_told_here(layer: str) -> None:
    known = {(module, name) for module, figures in KNOWN[layer].items() for name in figures}
    assert set(figures_in(layer)) - known == set()


def test_each_status_of_the_store_has_the_error_that_was_chosen() -> None:
    assert {status: error.__name__ for status, error in _ERRORS.items()} == STATUSES

"""Each layer imports only what stands to its left:

bigcommerce → core → ledger → engine → slack → health → wiring → __main__.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("bigcommerce", "core", "ledger", "engine", "slack", "health", "wiring", "__main__")
ASIDE = {
    "commands": frozenset({"commands", "core", "bigcommerce"}),
    "settings": frozenset({"settings", "core", "dotenv_file", "policy_file"}),
    "policy_file": frozenset({"policy_file", "core"}),  # its rules are the core's values
    **{
        alone: frozenset({alone})
        for alone in ("sandbox", "bot", "dotenv_file", "file_modes", "garbage", "manifest_file")
    },
}
"""What layers may import that stand in no line with others."""
MODULES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("commands/**/*.py")])


def layer_of(module: str) -> str:
    """``bot.slack.card`` → ``slack``; ``commands.segment.segments`` → ``commands``."""
    parts = module.split(".")
    return "commands" if parts[0] == "commands" else (parts[1] if len(parts) > 1 else "bot")


@cache
def tree_of(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_by(path: Path) -> Iterator[str]:
    """Layers of this project that a file imports."""
    for node in ast.walk(tree_of(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (layer_of(name) for name in names if name.split(".")[0] in ("bot", "commands"))


def may_import(layer: str) -> frozenset[str]:
    """What DESIGN allows a layer."""
    if layer in ASIDE:
        return ASIDE[layer]
    if layer in ("audit_cli", "audit_options", "ledger_cli"):  # what the shell does with a ledger's file, without a bot
        return frozenset({"audit_cli", "audit_options", "bigcommerce", "core", "ledger", "ledger_cli"})
    if layer == "doctor":  # it looks at all that a bot is assembled of
        return may_import("wiring") | {"doctor", "file_modes", "manifest_file", "serving"}
    if layer in (
        "doctor_cli",
        "facts_cli",
        "facts_mode",
        "import_cli",
        "import_mode",
        "live_modes",
        "sandbox_cli",
        "sandbox_mode",
        "serving",
    ):  # modes of the command line, in files of their own
        return may_import("__main__")
    left = set(LAYERS[: LAYERS.index(layer) + 1])
    if layer in ("wiring", "__main__"):
        left.add("settings")
    if layer == "__main__":
        left |= {
            "audit_cli",
            "commands",
            "doctor",
            "doctor_cli",
            "facts_cli",
            "facts_mode",
            "file_modes",
            "garbage",
            "import_cli",
            "import_mode",
            "ledger_cli",
            "live_modes",
            "manifest_file",
            "serving",
        }
        left |= {"sandbox", "sandbox_cli", "sandbox_mode"}
    return frozenset(left)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_layer_imports_only_what_stands_to_its_left(path: Path) -> None:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    assert set(imported_by(path)) <= may_import(layer_of(module))


def test_only_one_module_each_touches_the_outside_libraries() -> None:
    """HTTP stands behind the adapters, SQL behind the ledger; the bot's Slack clients behind slack/ and wiring."""
    homes = {
        "httpx": {"bigcommerce"},
        "aiohttp": {"bigcommerce", "doctor", "health", "sandbox", "slack"},
        "yarl": {"bigcommerce", "slack", "sandbox"},
        "psycopg": {"ledger"},
        "sqlite_utils": {"ledger"},
        "sqlite3": {"ledger", "sandbox"},
        "slack_bolt": {"slack", "wiring"},
        "slack_sdk": {"doctor", "slack", "wiring"},
        "dotenv": {"dotenv_file"},
        "prometheus_client": {"health"},
    }
    for path in MODULES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        tree = tree_of(path)
        used = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        used |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        for library in {name.split(".")[0] for name in used} & homes.keys():
            assert layer_of(module) in homes[library], f"{path} touches {library}"


ADAPTERS = ("bot.ledger.sql", "bot.ledger.sqlite", "bot.ledger.postgres")
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s.*INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE|PRAGMA)\b", re.DOTALL
)


def touches_sql(path: Path) -> bool:
    """Whether a file imports a SQL library, or holds a statement."""
    nodes = list(ast.walk(tree_of(path)))
    modules = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return bool(modules & {"psycopg", "sqlite3", "sqlite_utils"}) or any(map(SQL.search, texts))


def test_only_the_ledgers_adapter_touches_sql() -> None:
    """The sandbox is the outside world, and keeps its own."""
    outside = [path for path in MODULES if not path.is_relative_to(ROOT / "bot" / "sandbox")]
    touching = {path for path in outside if touches_sql(path)}
    assert touching
    homes = [ROOT / "bot" / "ledger" / name for name in ("sql", "sqlite", "postgres")]
    assert not {path for path in touching if not any(map(path.is_relative_to, homes))}


def test_only_those_who_open_a_ledger_know_its_adapter() -> None:
    """Commands, the machine and Slack see ports."""
    opening = {"doctor", "ledger_cli"}
    for path in MODULES:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if layer_of(module) in opening or module.startswith(("bot.ledger.opening", *ADAPTERS)):
            continue
        assert not [one for one in modules_from(path) if one.startswith(ADAPTERS)], path


def test_what_all_engines_share_knows_none_of_them() -> None:
    for path in (ROOT / "bot" / "ledger" / "sql").glob("*.py"):
        assert not [one for one in modules_from(path) if one.startswith(("sqlite3", *ADAPTERS[1:]))], path


def modules_from(path: Path) -> set[str]:
    """Modules that a file imports, or takes something from."""
    nodes = list(ast.walk(tree_of(path)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}

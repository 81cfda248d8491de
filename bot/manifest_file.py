"""Where manifest.yml is, and the scopes that the app asks for in it."""

from importlib import resources
from pathlib import Path

import yaml


def manifest_path() -> Path:
    """Return the Slack app's manifest: inside the installed package, or at the top of the checkout."""
    inside = Path(str(resources.files("bot"))) / "manifest.yml"
    return inside if inside.exists() else inside.parent.parent / inside.name


def bot_scopes() -> frozenset[str]:
    """Return the scopes of the bot's token."""
    manifest = yaml.safe_load(manifest_path().read_text(encoding="utf-8"))
    return frozenset(manifest["oauth_config"]["scopes"]["bot"])

"""The emulated Slack: a workspace with people, the Web API that an app calls, and the delivery to the app."""

from bot.sandbox.workspace.state import Workspace

__all__ = ["Workspace"]

"""The emulated Slack: a workspace with people in it, the Web API that an app calls, and how the app is reached."""

from bot.sandbox.workspace.state import Workspace

__all__ = ["Workspace"]

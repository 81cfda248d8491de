"""Block Kit as pydantic models: every block, element and object that is emulated, with the sizes that Slack enforces.

What a model does not name is refused, as is null; `../limits.py` says so in Slack's words.
Facts: docs.slack.dev/reference/block-kit.
"""

"""Block Kit as pydantic models: every block, element and object that is emulated, with Slack's size limits.

Unknown fields and null are refused; `../limits.py` reports that in Slack's words. Facts:
docs.slack.dev/reference/block-kit.
"""

"""Blocks, elements and views: what Slack takes, and what they hold."""

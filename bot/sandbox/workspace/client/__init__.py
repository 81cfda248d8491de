"""Slack's own client: what people see, and what they can do there."""

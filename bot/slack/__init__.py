"""Slack: what people type and click comes in here, and every message goes out."""

"""Slack: what people type and click goes in here, and every message comes out."""

"""Segment Bot: customer segments of a BigCommerce store, managed from Slack."""

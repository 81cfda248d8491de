"""Block Kit: what Slack accepts in blocks, elements and views, and what they hold."""

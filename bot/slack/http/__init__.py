"""What stands between the network and the listeners: only what Slack signed just now, and that once, is parsed."""

"""What stands between the network and Bolt: only what Slack signed just now, and that once, is parsed."""

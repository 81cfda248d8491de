"""Socket Mode: several connections to Slack, of which none is closed before another one has taken its place."""

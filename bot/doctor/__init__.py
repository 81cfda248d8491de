"""`segment-bot doctor`: looks at all that can be wrong, before the bot runs and while it does, and writes nothing."""

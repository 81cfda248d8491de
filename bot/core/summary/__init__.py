"""The daily summary: what is read for it, how sizes changed, and the message. Mostly pure."""

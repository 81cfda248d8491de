"""Home tabs: what one person sees on theirs, the queries behind it, and publishing it to Slack."""

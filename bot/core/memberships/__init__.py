"""How shoppers came into segments and went out of them, by the log."""

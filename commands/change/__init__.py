"""``/change``: changes, and decisions about them."""

"""``/segment``: segments, their members, and sets of them."""

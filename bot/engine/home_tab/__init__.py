"""Home tabs: their model, the queries behind it, and their publisher."""

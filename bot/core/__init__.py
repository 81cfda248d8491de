"""The pure core: what can be asked, what can be done to a store, and who must agree to it."""

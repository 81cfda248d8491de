"""The pure core: what people can ask for, what can be done to a store, and who must approve it."""

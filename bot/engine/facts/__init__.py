"""Facts for rules of segments: reading them from the store, and keeping them as the store is."""

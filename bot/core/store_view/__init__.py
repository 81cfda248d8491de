"""The store as one planning sees it: what people type is resolved to segments, shoppers and targeting."""

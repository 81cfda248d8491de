"""The store as one planning sees it: words of people become segments, shoppers and targeting."""

"""Takes what people ask and decide, records it in the ledger, and carries it out on the store."""

"""Takes what people ask and decide, puts it on record in the ledger, and carries it out on the store."""

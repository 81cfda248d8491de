"""The machine: takes what people ask and decide, keeps it in the ledger, and runs it on the store."""

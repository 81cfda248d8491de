"""The ledger: changes, invocations, leases, the audit log. Its parts stand behind ports; only adapters know SQL."""

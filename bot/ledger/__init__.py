"""The ledger: changes, invocations, leases, the audit log. Its parts are behind ports; only adapters know SQL."""

"""The store's HTTP API: decodes and authorizes requests, which the resources carry out."""

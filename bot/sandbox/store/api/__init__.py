"""The store's HTTP API: requests are decoded and authorised here, and answered by the resources."""

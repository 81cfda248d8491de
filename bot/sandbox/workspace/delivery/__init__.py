"""Delivering payloads to the app: their contents, and the two transports."""

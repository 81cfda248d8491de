"""How payloads reach the app: what is in them, and the two transports."""

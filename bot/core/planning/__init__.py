"""What will be done to the store: Steps, and Plans made of them."""

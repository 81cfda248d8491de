"""What is going to be done to the store: Steps, and Plans made of them."""

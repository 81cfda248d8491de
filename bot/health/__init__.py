"""What whoever runs the bot asks its process: whether it answers, whether it is ready, and what it has counted."""

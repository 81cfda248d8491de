"""The files with which a company runs the bot, held without a container engine."""

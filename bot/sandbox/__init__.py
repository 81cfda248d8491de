"""The outside world, emulated: a BigCommerce store and a Slack workspace. Imports nothing of the bot."""

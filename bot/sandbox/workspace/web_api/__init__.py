"""The methods of Slack's Web API, and the HTTP routes to them."""

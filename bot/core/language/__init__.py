"""Words of people, in and out: arguments, tokens, times, and phrases. Pure."""

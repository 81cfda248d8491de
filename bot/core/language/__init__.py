"""The words of people, parsed and written: arguments, tokens, times and phrases. Pure."""

"""What people type and read: arguments, tokens, times and phrases. Pure."""

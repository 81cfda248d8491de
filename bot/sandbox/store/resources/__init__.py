"""The shop's resources, one module for each: its SQL and its rules, without HTTP."""

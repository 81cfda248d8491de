"""What the shop holds, one module for each kind: its SQL and its rules, without HTTP."""

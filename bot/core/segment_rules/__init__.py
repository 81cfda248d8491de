"""A segment's rule: who belongs to it by what they bought and who they are, in words and evaluated over facts."""

"""Commands for people and tokens."""

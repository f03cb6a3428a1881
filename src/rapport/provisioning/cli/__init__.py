"""Commands for directories and sign-in services."""

"""Commands of leave risk."""

"""The commands `rapport audit …`."""

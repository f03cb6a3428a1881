"""The doors for other programs: the REST API and the telephone system's events. Thin over actions and queries."""

"""Rapport: an open-source contact centre for keeping customers."""

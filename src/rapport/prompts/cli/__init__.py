"""Commands that measure the models on files: no database, no programme."""

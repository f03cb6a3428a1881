"""What a guide says: its parts, how they are read from a text, and what is wrong with one.

A guide is a text (TOML or JSON) that is read, checked and kept as written: docs/reference/guide.md. Pure.
"""

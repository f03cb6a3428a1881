"""The declarations, by what they are about; :mod:`rapport.insight.registry` puts them together."""

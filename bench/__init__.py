"""Measures reading and writing against the two sandbox CRMs: `python -m bench`."""

"""Scoring a generated account: the engine beside a floor written by hand."""

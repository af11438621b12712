"""Cleaning a list: which rows of a CSV file are one person."""

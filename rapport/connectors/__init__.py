"""Translates. One folder per outside system: no Django, no tables."""

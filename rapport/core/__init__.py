"""Decides. Pure functions on frozen dataclasses: no Django, no network, no clock, no hidden chance."""

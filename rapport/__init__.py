"""Rapport: organise, listen, understand, relate, route, respond, measure, learn, steer."""

__version__ = "0.1.0"

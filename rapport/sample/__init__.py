"""The sample organisation: a year in the life of a ferry operator, drawn from a seed, with a truth kept apart."""

from rapport.sample.story import simulate
from rapport.sample.world import Truth, World

__all__ = ["Truth", "World", "simulate"]

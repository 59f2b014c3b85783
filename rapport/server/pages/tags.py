"""Template tags and filters: few, and only about how things look."""

from __future__ import annotations

from django import template

register = template.Library()

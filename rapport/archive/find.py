"""Searching what the database no longer holds: fewer messages, among them every one that matches.

Whether a message matches is decided by `core.query`; what stands here must only never let a match slip.
"""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from rapport.core.query import Query
from rapport.core.query.many import anchors


def might_match(query: Query) -> pl.Expr:
    """Rows that may match, told by the words of which every match has at least one.

    Words are compared after folding that a column engine does not know (ﬁ is fi, ſ is s). So only texts in plain ASCII
    are looked through for the letters; a text that has any other character is always let through.
    """
    text = pl.col("text")
    needed = anchors(query.root)
    if needed is None:
        return pl.lit(True)
    plain = text.str.len_bytes() == text.str.len_chars()
    lower = text.str.to_lowercase()
    return ~plain | reduce(or_, (lower.str.contains(word.lstrip("#@"), literal=True) for word, _ in sorted(needed)))

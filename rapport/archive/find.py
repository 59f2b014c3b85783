"""Searching what the database no longer holds: fewer messages, among them every one that matches.

Whether a message matches is decided by `core.query`; what stands here must only never let a match slip.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

import polars as pl

from rapport.core.query import Query
from rapport.core.query.many import needs


def might_match(query: Query) -> pl.Expr:
    """Rows that may match, told by the words that every match has.

    Words are compared after folding that a column engine does not know (ﬁ is fi, ſ is s). So only texts in plain ASCII
    are looked through for the letters; a text that has any other character is always let through.
    """
    text = pl.col("text")
    plain = text.str.len_bytes() == text.str.len_chars()
    lower = text.str.to_lowercase()

    def contains(phrase: str) -> pl.Expr:
        return reduce(and_, (lower.str.contains(word, literal=True) for word in phrase.split()))

    found = [reduce(or_, (contains(letters.text) for letters in sorted(need))) for need in needs(query.root, fields=())]
    return ~plain | reduce(and_, found) if found else pl.lit(True)

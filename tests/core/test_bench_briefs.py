"""The benchmark of many briefs, made small: it has to work on the day that somebody needs it."""

from __future__ import annotations

from itertools import islice

import pytest

from benchmarks import briefs, posts


def test_it_measures_each_size_and_no_answer_differs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(briefs, "BY_ITSELF_SECONDS", 0.1)
    raws = list(islice(posts.events(), 500))
    rows = {row.metric: row for row in briefs.run(raws, [10, 200])}
    for size in ("10 briefs", "200 briefs"):
        assert rows[f"answers other than one by one, {size}"].holds is True
        assert rows[f"decode and match, {size}"].value > 0
        assert rows[f"events that match, {size}"].value > 0
    assert rows["decode and match, 200 briefs"].anchor.startswith("with RE2 one by one")


def test_the_patterns_beside_it_find_what_the_briefs_find() -> None:
    terms = posts.briefs(200)
    queries = {number: briefs.parse(brief.query, briefs.STANDING_FIELDS) for number, brief in enumerate(terms)}
    by_themselves = briefs.ByThemselves(terms)
    raws = list(islice(posts.events(), 700))
    found = [(set(briefs.one_by_one(raw, queries)), set(by_themselves.wanted(raw))) for raw in raws]
    both = sum(len(ours & theirs) for ours, theirs in found)
    either = sum(len(ours | theirs) for ours, theirs in found)
    assert both > 0.8 * either

"""Tone beside money and sales, and what an action changed."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rapport.core.measure.panel import Week, effect, panel
from rapport.core.types import NotEnough

DATA = Path(os.environ.get("RAPPORT_DATA", Path(__file__).parents[3] / "shared" / "data")) / "causalimpact"


def test_a_week_without_an_entry_is_unknown_not_zero() -> None:
    tone = {date(2026, 3, 2): Week(0.1, 0.02, 1.0), date(2026, 3, 16): Week(0.2, 0.02, 0.9)}
    rows = panel(tone, {"search": {date(2026, 3, 2): 10.0, date(2026, 3, 8): 5.0}})
    assert [row["week"] for row in rows] == [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)]
    assert [row["search"] for row in rows] == [15.0, None, None]
    assert [row["tone"] for row in rows] == [0.1, None, 0.2]
    assert rows[1]["coverage"] == 0.0


def test_an_empty_panel_has_no_rows() -> None:
    assert panel({}, {}) == []


def world(rng: np.random.Generator, change: float) -> tuple[np.ndarray, np.ndarray]:
    """A series that follows two controls, with errors that hang together; something happens at step 100."""
    controls = np.cumsum(rng.normal(size=(112, 2)), axis=0)
    error = np.zeros(112)
    for t in range(1, 112):
        error[t] = 0.5 * error[t - 1] + rng.normal()
    values = 5 + controls @ [1.0, 0.5] + error
    values[100:] += change
    return values, controls


def test_without_an_effect_one_seldom_is_found() -> None:
    rng, runs = np.random.default_rng(1), 200
    chances = np.array([effect(*world(rng, 0.0), 100).chance for _ in range(runs)])
    # Placebos overlap, so twelve steps with errors that hang together are allowed a little more than five in a hundred.
    assert (chances <= 0.05).mean() <= 0.12


def test_an_effect_is_found_and_sized() -> None:
    rng = np.random.default_rng(2)
    found = [effect(*world(rng, 4.0), 100) for _ in range(60)]
    assert np.mean([one.chance <= 0.05 for one in found]) > 0.9
    assert np.mean([one.estimate.value for one in found]) == pytest.approx(4.0, abs=0.3)
    assert np.mean([one.estimate.low <= 4.0 <= one.estimate.high for one in found]) > 0.85


def test_controls_tell_what_would_have_come() -> None:
    values, controls = world(np.random.default_rng(3), 4.0)
    with_controls, without = effect(values, controls, 100), effect(values, controls[:, :0], 100)
    assert with_controls.estimate.high - with_controls.estimate.low < without.estimate.high - without.estimate.low


def test_too_short_a_past_compares_with_nothing() -> None:
    values, controls = world(np.random.default_rng(3), 4.0)
    assert isinstance(effect(values[70:], controls[70:], 30), NotEnough)


@pytest.mark.data
@pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not here")
def test_the_emissions_scandal_is_seen_in_the_shares_of_the_carmaker() -> None:
    """Weekly prices; the scandal broke in the week of 20 September 2015. BMW and Allianz are the controls."""
    with (DATA / "tests" / "fixtures" / "volks_data.csv").open() as file:
        rows = list(csv.DictReader(file, delimiter=" "))
    series = np.array([[float(row[name]) for name in ("VolksWagen", "BMW", "Allianz")] for row in rows])
    action = next(i for i, row in enumerate(rows) if row["Date"] >= "2015-09-20")
    found = effect(series[:, 0], series[:, 1:], action, steps=26)
    assert found.estimate.value < -20
    assert found.chance <= 0.05

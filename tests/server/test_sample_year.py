"""The sample's people at the coding desk: what they say is kept, they err as people do, and what was planted shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.sample_year import heard
from rapport.sample import simulate
from rapport.sample.market import DAY, KINDS, table
from rapport.sample.play import follow, hire, nights
from rapport.server.measure import coding, frames, panel
from rapport.server.measure.models import Alarm, Code, DeskDay, Drawn, Watching
from rapport.server.measure.queries import monday

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 11, 21, 20, tzinfo=UTC)


@pytest.fixture(autouse=True)
def the_same_draw(monkeypatch):
    """What is drawn hangs on a secret of the installation, which is another one at every run."""
    for module in (frames, coding):
        monkeypatch.setattr(module, "salt", lambda purpose: f"salt of {purpose}")


def told(scale: float, before: int, after: int):
    """The days around the price rise."""
    world, truth = simulate(7, scale, UNTIL)
    price = next(event.start for event in truth.events if event.slug == "price")
    start, end = price - timedelta(days=before), price + timedelta(days=after)
    some = tuple(one for one in world.messages if start <= one.message.published_at and one.heard_at < end)
    return replace(world, messages=some, until=end, outages=(), reader=None), truth, price


def played(scale: float, before: int, after: int, *, one_by_one: bool = False):
    world, truth, _ = told(scale, before, after)
    crew = hire(heard(world), truth, seed=7)
    return list(nights(world, crew, seed=7, one_by_one=one_by_one)), truth


@pytest.mark.parametrize("one_by_one", [True, False])
def test_people_code_all_but_the_newest_day_and_are_mostly_right(one_by_one):
    _, truth = played(0.1, 8, 2, one_by_one=one_by_one)
    waiting = Drawn.objects.filter(answer="")
    assert waiting
    assert set(waiting.values_list("day")) <= set(DeskDay.objects.order_by("-day").values_list("pk")[:1])
    said = Drawn.objects.exclude(answer="").values_list("message__network", "message__external_id", "answer")
    right = [truth.meanings[network, key].tone == answer for network, key, answer in said]
    assert len(right) > 40
    assert 0.75 < sum(right) / len(right) < 1.0
    twice = Code.objects.filter(purpose="second").select_related("drawn")
    assert all(code.by_id != code.drawn.codes.get(purpose="first").by_id for code in twice)


@pytest.mark.once
@pytest.mark.parametrize("hour", [3, 5, 21, 23])
def test_at_whatever_hour_one_looks_the_newest_closed_day_waits_to_be_coded(hour):
    world, truth, _ = told(0.1, 4, 2)
    world = replace(world, until=world.until.replace(hour=hour, minute=30))
    list(nights(world, hire(heard(world), truth, seed=7), seed=7))
    *earlier, newest = DeskDay.objects.order_by("day")
    assert newest.day == (world.until - timedelta(hours=28)).date()
    assert set(newest.drawn.values_list("answer", flat=True)) == {""}
    assert all(day.drawn.exclude(answer="").exists() for day in earlier if day.messages)


@pytest.mark.slow  # three months
@pytest.mark.timeout(400)
def test_the_price_rise_turns_red_within_the_delay_that_was_shown_before():
    world, truth, price = told(0.3, 68, 40)
    crew, line = hire(heard(world), truth, seed=7), follow(world)
    for start in nights(world, crew, seed=7):
        if start < price:
            expected = Watching.objects.get(line=line).expected
        if red := Alarm.objects.filter(line=line, kind="red").first():
            break
    shown = next(one for one in expected if one["shift"] == 0.20)
    assert price.date() <= red.day <= price.date() + timedelta(days=shown["late"])
    assert abs(red.began - price.date()) <= timedelta(days=7)
    assert red.found["rises"]
    for again in (repeats := Code.objects.filter(purpose="repeat").select_related("drawn")):
        first = again.drawn.codes.get(purpose="first")
        assert again.by_id == first.by_id
        assert again.at >= first.at + coding.REPEAT_AFTER
    assert 0.02 < len(repeats) / Code.objects.filter(purpose="first").count() < 0.08


def test_the_table_of_other_marketing_is_read_without_a_mistake_and_knows_of_the_storm(tmp_path):
    world, truth = simulate(7, 0.02, UNTIL)
    planted = {event.slug: event for event in truth.events}
    file = tmp_path / "marketing.csv"
    file.write_text(table(world.messages[0].heard_at, world.until, planted, 7))
    found = panel.read(file, file.name, DAY, KINDS)
    assert (found.wrong, set(found.amounts)) == ([], set(KINDS))
    assert found.rows == len(found.weeks) >= 100
    sold, storm = found.amounts["bookings"], monday(planted["storm"].start.date())
    assert min(sold, key=lambda week: sold[week] / sold.get(week - timedelta(days=7), sold[week])) == storm

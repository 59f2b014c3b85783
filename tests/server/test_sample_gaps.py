"""What was planted in the sample is found, and nothing else is taken for a gap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from rapport.sample import load as loading
from rapport.sample import simulate
from rapport.server.listen.models import Channel, Cursor, Gap
from rapport.server.organise.models import Role

pytestmark = pytest.mark.once  # what the database does for gaps, test_gaps.py looks at on both

UNTIL = datetime(2026, 10, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def world(ana):
    """The year of the sample as its channels were listened to, without the messages themselves."""
    world, _truth = simulate(7, 0.3, UNTIL)
    channels = {}
    for one in world.channels:
        row = Channel.objects.create(
            name=one.name, connector="sample", network=one.network, created_at=world.messages[0].heard_at
        )
        for source in () if one.connector == "files" else one.sources:
            Cursor.objects.create(channel=row, source=source, every_seconds=60)
        channels[one.slug] = row
    loading._pulses(world, channels)
    boss = next(member.email for member in world.members if member.role == Role.ADMINISTRATOR)
    loading._gaps(world, channels, {boss: ana})
    return world, channels


@pytest.mark.timeout(400)  # a whole year of hours
def test_every_outage_that_was_planted_is_a_gap_and_chance_made_none(world):
    world, channels = world
    heard = [one for one in world.outages if Cursor.objects.filter(channel=channels[one.channel]).exists()]
    found = list(Gap.objects.all())
    for outage in heard:
        mine = [
            g for g in found if g.channel == channels[outage.channel] and g.start < outage.end and g.end > outage.start
        ]
        if outage.recovered:
            assert {(gap.start, gap.end, gap.kind, gap.state) for gap in mine} == {
                (outage.start, outage.end, "down", "backfilled")
            }
            assert {gap.cause for gap in mine} == {outage.cause}
        else:
            (gap,) = mine
            assert abs(gap.start - outage.start) < 2 * DAY
            assert abs(gap.end - outage.end) < 2 * DAY
            assert (gap.kind, gap.state, gap.suspected, gap.note) == ("silence", "open", False, outage.cause)
        found = [gap for gap in found if gap not in mine]
    assert found == []

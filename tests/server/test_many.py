"""Many rows in one call: what is there already stays, or takes over what it is told to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from rapport.server import many
from rapport.server.listen.models import Watch

pytestmark = pytest.mark.django_db
HOUR = timezone.now().replace(minute=0, second=0, microsecond=0)


@pytest.fixture
def hour(channel):
    """An hour of the channel, kept as such."""

    def row(state: str, heard: int = 0, ago: int = 0) -> Watch:
        return Watch(channel=channel, hour=HOUR - timedelta(hours=ago), state=state, heard=heard)

    many.add([row("down", 1)])
    return row


def kept():
    return list(Watch.objects.order_by("-hour").values_list("state", "heard"))


def test_new_rows_are_kept_with_what_the_fields_have_by_default(hour):
    many.add([hour("silent", ago=1)])
    assert kept() == [("down", 1), ("silent", 0)]
    assert Watch.objects.get(state="silent").trouble == ""


def test_a_row_that_is_there_already_is_refused(hour):
    with pytest.raises(IntegrityError):
        many.add([hour("silent")])


def test_or_stays_as_it_is(hour):
    many.add([hour("silent"), hour("silent", ago=1)], over=("channel", "hour"))
    assert kept() == [("down", 1), ("silent", 0)]


def test_or_takes_over_what_it_is_told_to(hour):
    many.add([hour("silent", 2), hour("silent", ago=1)], over=("channel", "hour"), anew=("state",))
    assert kept() == [("silent", 1), ("silent", 0)]


def test_no_rows_are_nothing():
    many.add([])

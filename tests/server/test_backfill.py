"""What was said earlier is brought back page by page: behind everything else, whatever happens in between."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.connectors import contract
from rapport.connectors.contract import Account
from rapport.core.errors import ConnectorError, NeedsSignIn, RateLimited
from rapport.core.types import Author, Message, Missed, Page, Refused
from rapport.server.listen import backfill, receiving
from rapport.server.listen import models as listen
from rapport.server.listen.models import Backfill, Channel, Cursor, Gap, Pulse
from rapport.server.organise.models import Notice
from tests.server.elsewhere import Elsewhere, elsewhere
from tests.server.harbour import Harbour

KIM = Author("harbour", "kim", "kim.example", "Kim")


class Remembering(Harbour):
    """A harbour that was spoken to once an hour for as long as one asks, and gives three messages a page."""

    earlier = ("mentions",)
    charges = False

    def __init__(self) -> None:
        super().__init__()
        self.begun: list[str] = []
        self.trouble: Exception | None = None
        self.missed: tuple[Missed, ...] = ()
        self.now = timezone.now()

    def _said(self, since: datetime, until: datetime) -> list[Message]:
        hours = [self.now - timedelta(hours=hour) for hour in range(1, 24 * 90)]
        return [
            Message(
                "harbour",
                f"old-{at:%d-%H}",
                KIM,
                f"Late at {at:%d %H}",
                at,
                thread_id=f"old-{at:%d-%H}",
                addressed=True,
            )
            for at in hours
            if since <= at < until
        ]

    def count(self, account: Account, source: str, since: datetime, until: datetime) -> int | None:
        if self.trouble:
            raise self.trouble
        return len(self._said(since, until))

    def bring_back(
        self, account: Account, source: str, since: datetime, until: datetime, cursor: str
    ) -> Iterator[Page]:
        self.begun.append(cursor)
        said = self._said(since, until)
        for first in range(int(cursor or 0), len(said), 3):
            if self.trouble:
                raise self.trouble
            account.budget.spend("calls")
            yield Page(messages=tuple(said[first : first + 3]), cursor=str(first + 3), missed=self.missed)


@pytest.fixture
def harbour(monkeypatch) -> Remembering:
    platform = Remembering()
    monkeypatch.setattr(contract, "load", lambda name: platform)
    return platform


@pytest.fixture
def begun(channel, harbour, ana) -> Backfill:
    """A day of it: twenty-four messages, eight pages, two turns."""
    Cursor.objects.update(next_at=timezone.now() + timedelta(hours=1))
    row = backfill.begin(channel, "mentions", harbour.now - timedelta(days=1), harbour.now, actor=ana)
    assert isinstance(row, Backfill), row
    return row


def turns(count: int = 9) -> Backfill:
    for _ in range(count):
        Backfill.objects.update(next_at=timezone.now())
        backfill.turn("backfill-1")
    return Backfill.objects.get()


def test_it_is_counted_first_and_then_brought_back(begun):
    row = turns(1)
    assert (row.state, row.estimate, row.new) == ("running", 24, 0)
    row = turns(1)
    assert (row.state, row.new, listen.Message.objects.count()) == ("running", 15, 15)
    row = turns(1)
    assert (row.state, row.new, listen.Message.objects.count(), row.share) == ("done", 24, 24, 1.0)


def test_every_turn_goes_on_where_the_last_one_ended(begun, harbour):
    turns()
    assert harbour.begun == ["", "15"]


def test_what_is_brought_back_is_no_listening(begun, channel):
    turns()
    assert not Pulse.objects.exists()
    assert Cursor.objects.get().value == ""
    channel.refresh_from_db()
    assert channel.last_ok_at is None


def test_what_was_heard_already_is_not_new(begun, channel, harbour):
    receiving.receive(Page(messages=tuple(harbour._said(begun.since, begun.until)[:5])), channel, "mentions")
    row = turns()
    assert (row.heard, row.new, listen.Message.objects.count()) == (24, 19, 24)


def test_it_waits_while_listening_is_behind(begun):
    Cursor.objects.update(next_at=timezone.now() - timedelta(minutes=5))
    assert turns().state == "waiting"


def test_where_the_platform_charges_a_person_says_yes_first(channel, harbour, begun, ana):
    harbour.charges = True
    row = turns()
    assert (row.state, row.estimate, row.heard) == ("counted", 24, 0)
    backfill.set_state(row, "running", actor=ana)
    assert turns().state == "done"


def test_a_pause_holds_in_the_middle_of_a_turn(begun, harbour, ana, monkeypatch):
    turns(1)
    original = harbour._said

    def paused_meanwhile(since, until):
        said = original(since, until)
        backfill.set_state(Backfill.objects.get(), "paused", actor=ana)
        return said

    monkeypatch.setattr(harbour, "_said", paused_meanwhile)
    row = turns(1)
    assert (row.state, row.heard, listen.Message.objects.count(), row.leased_by) == ("paused", 0, 0, "")
    monkeypatch.undo()
    monkeypatch.setattr(contract, "load", lambda name: harbour)
    assert turns().state == "paused"
    backfill.set_state(row, "running", actor=ana)
    assert turns().state == "done"


def test_stopped_is_stopped(begun, ana):
    turns(2)
    backfill.set_state(Backfill.objects.get(), "stopped", actor=ana)
    row = turns()
    assert (row.state, row.new) == ("stopped", 15)


def test_it_spends_half_of_what_the_platform_allows_and_then_waits(begun, channel, harbour):
    turns(1)
    until = timezone.now() + timedelta(minutes=5)
    listen.Budget.objects.create(
        channel=channel, bucket="calls", limit=10, remaining=9, resets_at=until, window=timedelta(minutes=5)
    )
    row = turns(1)
    assert (row.state, row.new, row.tries) == ("running", 12, 0)
    assert timedelta(minutes=4) < row.next_at - timezone.now() < timedelta(minutes=6)
    assert listen.Budget.objects.get().remaining == 5


@pytest.mark.parametrize("error", [ConnectorError("Harbour is closed."), RateLimited("Slow down.", retry_after=60)])
def test_trouble_waits_and_then_goes_on(begun, harbour, error):
    turns(1)
    harbour.trouble = error
    row = turns(1)
    assert (row.state, row.trouble, row.next_at > timezone.now()) == ("running", str(error), True)
    harbour.trouble = None
    assert turns().state == "done"


def test_what_can_never_work_fails_and_says_so(begun, harbour, ana):
    turns(1)
    harbour.trouble = ConnectorError("Harbour forgot everything.", permanent=True)
    assert turns(1).state == "failed"
    assert (Notice.objects.get().what, Notice.objects.get().user) == ("not_brought_back", ana)


def test_a_refused_sign_in_waits_for_the_owner_and_then_goes_on(begun, harbour, channel):
    turns(1)
    harbour.trouble = NeedsSignIn("Harbour refused the password.")
    assert turns().state == "running"
    channel.refresh_from_db()
    assert channel.state == "needs_sign_in"
    harbour.trouble = None
    Channel.objects.update(state="listening")
    assert turns().state == "done"


def test_whoever_began_it_is_told_when_it_is_done(begun, ana):
    turns()
    notice = Notice.objects.get()
    assert (notice.what, notice.user, notice.detail["new"]) == ("brought_back", ana, 24)


def test_one_source_is_brought_back_once_at_a_time(begun, channel, harbour, ana):
    again = backfill.begin(channel, "mentions", begun.since, begun.until, actor=ana)
    assert isinstance(again, Refused)


def test_a_member_cannot_begin_and_cannot_stop(begun, channel, ben, harbour):
    assert isinstance(backfill.begin(channel, "mentions", begun.since, begun.until, actor=ben), Refused)
    assert isinstance(backfill.set_state(begun, "stopped", actor=ben), Refused)


# -- gaps ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def gap(channel, harbour) -> Gap:
    Cursor.objects.update(next_at=timezone.now() + timedelta(hours=1))
    start = harbour.now - timedelta(hours=10)
    end = start + timedelta(hours=5)
    return Gap.objects.create(channel=channel, source="mentions", start=start, end=end, kind="down", cause="No.")


def test_a_gap_is_filled_and_says_so(gap, ana):
    assert isinstance(backfill.begin_gap(gap, actor=ana), Backfill)
    turns()
    gap.refresh_from_db()
    assert (gap.state, gap.brought, gap.done) == ("backfilled", 5, "Brought back: 5 new messages.")


def test_a_gap_of_which_the_platform_lost_a_part_is_filled_partly(gap, ana, harbour):
    harbour.missed = (Missed(gap.start, gap.end, "It is too long ago."),)
    backfill.begin_gap(gap, actor=ana)
    turns()
    gap.refresh_from_db()
    assert gap.state == "partly"
    assert Gap.objects.count() == 1


def test_a_gap_of_a_platform_that_cannot_be_asked_is_impossible_to_fill(gap, ana, monkeypatch):
    monkeypatch.setattr(contract, "load", lambda name: Harbour())
    assert isinstance(backfill.begin_gap(gap, actor=ana), Refused)
    gap.refresh_from_db()
    assert gap.state == "impossible"


def test_of_a_stream_at_least_what_was_said_to_us_is_brought_back(gap, ana):
    Gap.objects.update(source="stream")
    gap.refresh_from_db()
    backfill.begin_gap(gap, actor=ana)
    turns()
    gap.refresh_from_db()
    assert (gap.state, gap.brought) == ("partly", 5)


# -- kill -9 ---------------------------------------------------------------------------------------------------------

PLATFORM = """
import sys
sys.path.insert(0, {root!r})
from datetime import datetime, timedelta
from django.utils import timezone
from rapport.connectors import contract
from tests.server.test_backfill import Remembering
from rapport.server.listen import backfill
from rapport.server.listen.models import Backfill, Channel, Message
platform = Remembering()
platform.now = datetime.fromisoformat({now!r})
contract.load = lambda name: platform
"""
BEGIN = """
row = Channel.objects.create(name="Us", connector="harbour", network="harbour")
now = platform.now
Backfill.objects.create(channel=row, source="mentions", since=now - timedelta(days=1), until=now)
"""
BRING = """
for _ in range(9):
    Backfill.objects.update(next_at=timezone.now(), leased_until=None)
    backfill.turn("backfill-1")
row = Backfill.objects.get()
print(row.state, row.heard, row.new, Message.objects.count(), platform.begun)
"""


@pytest.mark.django_db
@pytest.mark.parametrize("point", ["receive.before_commit", "receive.after_commit"])
@pytest.mark.timeout(300)
def test_a_kill_in_between_loses_nothing_and_brings_nothing_twice(tmp_path: Path, point: str) -> None:
    now, root = timezone.now().isoformat(), str(Path(__file__).parents[2])
    platform = PLATFORM.format(root=root, now=now)
    with elsewhere(tmp_path) as there:
        there.run(platform + BEGIN)
        assert killed(there, platform + BRING, point, tmp_path / "mark") == -9
        said = there.run(platform + BRING)
    went_on = "['', '15']" if point == "receive.before_commit" else "['3', '18']"
    assert said == f"done 24 24 24 {went_on}"


def killed(there: Elsewhere, program: str, point: str, mark: Path) -> int:
    crash = {**there.environment, "RAPPORT_CRASH_AT": point, "RAPPORT_CRASH_MARK": str(mark)}
    died = subprocess.run(
        [sys.executable, "-c", "import django; django.setup()\n" + program], env=crash, capture_output=True, timeout=120
    )
    assert mark.exists(), died.stderr
    return died.returncode


# -- as one sees it --------------------------------------------------------------------------------------------------


def test_the_channel_offers_to_bring_back_the_last_week(client, ana, channel, harbour):
    client.force_login(ana)
    url = reverse("channel", args=[channel.pk])
    assert "Bring back the last" in client.get(url).content.decode()
    client.post(reverse("earlier", args=[channel.pk]), {"days": "7"})
    row = Backfill.objects.get()
    assert (row.until - row.since, row.state) == (timedelta(days=7), "waiting")
    page = client.get(url).content.decode()
    assert "is being counted" in page
    assert "Bring back the last" not in page


def test_whoever_connects_a_channel_is_told_that_the_past_can_be_brought_back(client, ana, harbour, monkeypatch):
    monkeypatch.setattr(contract, "names", lambda: ("harbour",))
    client.force_login(ana)
    answers = {"channel_name": "Quay", "field_handle": "calm", "field_password": "right"}
    page = client.post(reverse("connect_to", args=["harbour"]), answers, follow=True).content.decode()
    assert "What was said earlier can be brought back" in page


def test_while_it_is_under_way_one_sees_how_far_it_is(client, ana, begun):
    turns(2)
    client.force_login(ana)
    part = client.get(reverse("earlier", args=[begun.channel_id])).content.decode()
    assert "15 new messages, of about 24 messages, back to" in part
    assert 'value="0.6' in part
    assert 'hx-trigger="every 2s"' in part
    turns()
    part = client.get(reverse("earlier", args=[begun.channel_id])).content.decode()
    assert "done: 24 new messages" in part
    assert "hx-trigger" not in part


@pytest.mark.parametrize(("what", "state"), [("pause", "paused"), ("stop", "stopped")])
def test_it_can_be_paused_and_stopped_by_a_button(client, ana, begun, what, state):
    turns(2)
    client.force_login(ana)
    assert client.post(reverse("move_backfill", args=[begun.pk, what])).status_code == 302
    assert Backfill.objects.get().state == state


def test_what_has_ended_cannot_be_moved(client, ana, begun):
    turns()
    client.force_login(ana)
    page = client.post(reverse("move_backfill", args=[begun.pk, "stop"]), follow=True).content.decode()
    assert "It ended before that." in page


def test_a_stranger_sees_how_far_it_is_and_can_do_nothing(client, cleo, begun, channel):
    client.force_login(cleo)
    page = client.get(reverse("channel", args=[channel.pk])).content.decode()
    assert "is being counted" in page
    assert reverse("move_backfill", args=[begun.pk, "stop"]) not in page
    assert client.post(reverse("move_backfill", args=[begun.pk, "stop"])).status_code == 404
    assert client.post(reverse("earlier", args=[channel.pk]), {"days": "7"}).status_code == 404
    assert Backfill.objects.get().state == "waiting"


def test_a_gap_is_asked_for_by_a_button(client, ana, gap):
    client.force_login(ana)
    client.post(reverse("bring_back_gap", args=[gap.pk]))
    assert Backfill.objects.get().gap == gap

"""What a platform allows is spent by all processes together, and what matters most is kept for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.connectors import contract
from rapport.core.errors import RateLimited
from rapport.server.listen.accounts import account_of
from rapport.server.listen.health import SOURCES
from rapport.server.listen.hear import hear as listen
from rapport.server.listen.models import Budget, Channel, Cursor
from rapport.server.respond import actions as responding
from rapport.server.respond import deliver
from rapport.server.respond.models import Outgoing
from tests.server.elsewhere import Elsewhere, elsewhere


def left(channel: Channel, remaining: float, limit: float = 3000, minutes: float = 5) -> Budget:
    until = timezone.now() + timedelta(minutes=minutes)
    account_of(channel).budget.learn("calls", limit, remaining, until)
    return Budget.objects.get()


def test_what_was_never_told_is_not_limited(channel):
    account_of(channel).budget.spend("calls")
    assert not Budget.objects.exists()


def test_every_call_takes_from_the_one_row(channel):
    left(channel, 3000)
    for purpose in ("answer", "listen", "recheck", "backfill"):
        account_of(channel, purpose).budget.spend("calls", 2)
    assert Budget.objects.get().remaining == 2992


def test_the_plan_keeps_calls_for_answers(channel):
    left(channel, 200)
    with pytest.raises(RateLimited) as refused:
        account_of(channel, "listen").budget.spend("calls")
    assert 290 < refused.value.retry_after < 301
    assert "200 of 3,000 calls" in str(refused.value)
    account_of(channel, "answer").budget.spend("calls")
    assert Budget.objects.get().remaining == 199


def test_one_channel_does_not_spend_for_another(channel, harbour):
    other = Channel.objects.create(name="Other", connector="harbour", network="harbour")
    left(channel, 0)
    account_of(other).budget.spend("calls")


class Metered:
    """Asks the budget before it fetches or sends, as connectors do."""

    def fetch(self, account, source, cursor):
        account.budget.spend("calls")
        return iter(())

    def send(self, account, reply):
        account.budget.spend("calls")
        return type(self).platform._receipt(reply)


def test_a_listener_that_has_to_wait_asks_again_after_the_reset(channel, harbour, monkeypatch):
    monkeypatch.setattr(harbour, "fetch", Metered().fetch)
    left(channel, 10)
    Cursor.objects.update(leased_by="listener-1", leased_until=timezone.now() + timedelta(minutes=1))
    listen(Cursor.objects.get().pk, "listener-1")
    wait = Cursor.objects.get().next_at - timezone.now()
    assert timedelta(minutes=4, seconds=50) < wait < timedelta(minutes=5, seconds=2)


def test_an_answer_goes_out_on_the_calls_that_were_kept_for_it(talk, ben, channel, harbour, monkeypatch):
    Metered.platform = harbour
    monkeypatch.setattr(harbour, "send", Metered().send)
    left(channel, 10)
    responding.send(talk, text="At noon.", version=0, actor=ben)
    Outgoing.objects.update(send_after=timezone.now())
    deliver.turn("sender-1")
    assert (Outgoing.objects.get().state, Budget.objects.get().remaining) == ("sent", 9)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Elsewhere]:
    with elsewhere(tmp_path) as place:
        yield place


FIRST = """
from datetime import timedelta
from django.utils import timezone
from rapport.server.listen.accounts import account_of
from rapport.server.listen.models import Channel
row = Channel.objects.create(name="Harbour", connector="sample", network="harbour")
account_of(row).budget.learn("calls", 100, 100, timezone.now() + timedelta(minutes=5))
"""
SPEND = """
import time
from rapport.connectors import contract
from rapport.core.errors import RateLimited
from rapport.server.listen.accounts import account_of
from rapport.server.listen.models import Channel
budget, spent = account_of(Channel.objects.get(), "answer").budget, 0
go()
try:
    while True:
        budget.spend("calls")
        spent += 1
        time.sleep(0.01)  # the call
except RateLimited:
    print(spent)
"""


@pytest.mark.django_db
@pytest.mark.timeout(300)
def test_two_processes_together_spend_what_there_is_and_no_more(there):
    there.run(FIRST)
    spent = [int(said) for said in there.together(SPEND, 2)]
    assert sum(spent) == 100
    assert all(spent), spent


# -- as one sees it --------------------------------------------------------------------------------------------------


def page_of(client, user, channel):
    client.force_login(user)
    return client.get(reverse("channel", args=[channel.pk])).content.decode()


@pytest.mark.once
def test_the_channel_says_what_is_left_and_until_when(client, ana, channel):
    row = left(channel, 1420)
    page = page_of(client, ana, channel)
    at = timezone.localtime(row.resets_at, timezone.zoneinfo.ZoneInfo("Europe/Copenhagen"))
    assert f"1,420 of 3,000 calls left until {at:%H:%M}" in page
    assert 'value="0.47' in page


@pytest.mark.once
def test_a_platform_that_asked_us_to_wait_is_shown_without_numbers(client, ana, channel):
    left(channel, 0, limit=0)
    assert "The platform asks us to wait until" in page_of(client, ana, channel)


@pytest.mark.once
def test_after_the_reset_everything_is_shown_as_there(client, ana, channel):
    left(channel, 3)
    Budget.objects.update(resets_at=timezone.now() - timedelta(minutes=1))
    assert "3,000 of 3,000 calls left" in page_of(client, ana, channel)


@pytest.mark.once
def test_a_stranger_reads_the_budget_and_changes_nothing(client, cleo, channel):
    left(channel, 1420)
    assert "1,420 of 3,000 calls" in page_of(client, cleo, channel)


@pytest.mark.once
def test_the_source_that_looks_again_has_a_name(client, ana, channel):
    Cursor.objects.create(channel=channel, source="recheck")
    page = page_of(client, ana, channel)
    assert "Looking again at what was heard" in page
    assert ">recheck<" not in page


@pytest.mark.once
@pytest.mark.parametrize("name", contract.names())
def test_every_source_of_ours_has_a_name(name):
    assert {source.name for source in contract.load(name).sources} <= set(SOURCES)

"""Who is told what, where they read it, and who does not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.measure.gaps import Stretch
from rapport.core.types import Refused
from rapport.server.listen import actions as listening
from rapport.server.listen import gaps
from rapport.server.listen.hear import hear as listen
from rapport.server.listen.models import Channel, Cursor, GapKind
from rapport.server.organise import notices
from rapport.server.organise.models import Notice, Role
from rapport.server.pages.words import CAUSES
from rapport.server.respond import actions as responding
from rapport.server.respond import deliver
from rapport.server.respond.models import Outgoing
from tests.server.conftest import member


def turn(harbour, error: Exception | None) -> None:
    harbour.before = error
    Cursor.objects.update(next_at=timezone.now(), leased_by="listener-1")
    listen(Cursor.objects.get().pk, "listener-1")


@pytest.fixture
def refused(channel, harbour) -> Channel:
    turn(harbour, NeedsSignIn("Harbour refused the password: it was revoked."))
    channel.refresh_from_db()
    return channel


def test_a_channel_that_is_refused_stands_still_and_its_owner_hears_of_it(refused, ana):
    notice = Notice.objects.get()
    assert (refused.state, notice.user, notice.what) == ("needs_sign_in", ana, "sign_in")
    assert notice.detail["trouble"] == "Harbour refused the password: it was revoked."


def test_other_trouble_is_nobodys_notice(channel, harbour):
    turn(harbour, ConnectorError("Harbour is closed."))
    assert not Notice.objects.exists()


def test_the_same_again_is_one_notice(refused, harbour):
    Channel.objects.update(state="listening")
    turn(harbour, NeedsSignIn("Harbour refused the password once more."))
    assert Notice.objects.get().detail["trouble"] == "Harbour refused the password once more."


def test_without_an_owner_those_who_look_after_channels_are_told(channel, harbour, ana, ben):
    hugo = member("Hugo", Role.HUB, "hub", ana)
    Channel.objects.update(owner=None)
    turn(harbour, NeedsSignIn("No."))
    assert {notice.user for notice in Notice.objects.all()} == {ana, hugo}


def test_an_answer_that_is_refused_for_the_sign_in_tells_the_owner_too(talk, ben, ana, harbour):
    responding.send(talk, text="At noon.", version=0, actor=ben)
    Outgoing.objects.update(send_after=timezone.now())
    harbour.before = NeedsSignIn("Harbour refused the password.")
    deliver.turn("sender-1")
    assert (Channel.objects.get().state, Notice.objects.get().user) == ("needs_sign_in", ana)


def test_signing_in_again_settles_it(refused, harbour, ana):
    harbour.before = None
    listening.sign_in_again(refused, {"password": "right"}, actor=ana)
    assert notices.unread(ana, 100) == 0


def found(kind: GapKind, *, lasts: bool = False) -> gaps.Found:
    now = timezone.now()
    return gaps.Found(Stretch(now - timedelta(hours=3), now - timedelta(hours=1)), kind, "Harbour was closed", lasts)


def test_a_gap_is_told_to_the_owner_and_a_mere_suspicion_is_not(channel, ana, client):
    gaps.find(channel, "mentions", [found(GapKind.SILENCE)], now=timezone.now())
    assert not Notice.objects.exists()
    gaps.find(channel, "mentions", [found(GapKind.DOWN)], now=timezone.now())
    assert (Notice.objects.get().what, Notice.objects.get().user) == ("gap", ana)
    page = as_(client, ana).get(reverse("notices")).content.decode()
    assert "Harbour was not heard for a while" in page
    assert "Harbour was closed." in page


@pytest.mark.once
def test_why_a_gap_is_there_is_told_in_the_language_of_whoever_reads_it(channel, ana, client):
    ana.language = "de"
    ana.save()
    now = timezone.now()
    stretch = Stretch(now - timedelta(hours=3), now - timedelta(hours=1))
    gaps.find(channel, "mentions", [gaps.Found(stretch, GapKind.MISSED, CAUSES[0])], now=now)
    assert Notice.objects.get().detail["cause"] == "The stream could not go back that far."
    client.force_login(ana)
    page = client.get(reverse("notices")).content.decode()
    assert "So weit konnte der Strom nicht zurückgehen." in page


@pytest.mark.once
def test_a_cause_that_names_something_names_it_and_ends_once(channel, ana, client):
    now = timezone.now()
    stretch = Stretch(now - timedelta(hours=3), now - timedelta(hours=1))
    told = gaps.Found(stretch, GapKind.DOWN, "%(n)d calls failed.", told={"n": 7})
    gaps.find(channel, "mentions", [told], now=now)
    client.force_login(ana)
    assert "7 calls failed.</span>" in client.get(reverse("notices")).content.decode()


@pytest.mark.once
def test_a_notice_that_was_written_in_words_is_shown_as_it_is(ana, client):
    detail = {"channel": "Harbour", "cause": "100 % of it.", "start": "2026-01-01T10:00:00+00:00"}
    Notice.objects.create(user=ana, what="gap_lasts", url="/", detail=detail)
    client.force_login(ana)
    assert "100 % of it.</span>" in client.get(reverse("notices")).content.decode()


def test_a_gap_that_lasts_says_since_when(channel, ana, client):
    gaps.find(channel, "mentions", [found(GapKind.DOWN, lasts=True)], now=timezone.now())
    assert "Harbour is not heard" in as_(client, ana).get(reverse("notices")).content.decode()


# -- as one sees it --------------------------------------------------------------------------------------------------


def as_(client, user):
    client.force_login(user)
    return client


def test_the_bell_counts_what_is_unread(refused, client, ana):
    page = as_(client, ana).get(reverse("home")).content.decode()
    assert 'aria-label="Notices, 1 unread"' in page


def test_a_notice_is_read_by_going_where_it_leads(refused, client, ana):
    client = as_(client, ana)
    page = client.get(reverse("notices")).content.decode()
    assert "Harbour needs you to sign in again" in page
    assert "it was revoked. Nothing is lost" in page
    response = client.post(reverse("open_notice", args=[Notice.objects.get().pk]))
    assert response["Location"] == f"/listen/channels/{refused.pk}/#sign-in"
    assert notices.unread(ana, 100) == 0


def test_all_of_them_can_be_read_at_once(refused, client, ana):
    as_(client, ana).post(reverse("read_notices"))
    assert notices.unread(ana, 100) == 0


def test_a_stranger_sees_no_notice_of_others_and_cannot_read_it_for_them(refused, client, cleo, ana):
    client = as_(client, cleo)
    assert "revoked" not in client.get(reverse("notices")).content.decode()
    assert client.post(reverse("open_notice", args=[Notice.objects.get().pk])).status_code == 404
    client.post(reverse("read_notices"))
    assert notices.unread(ana, 100) == 1


@pytest.mark.once
def test_without_any_notice_the_page_says_so(client, cleo):
    assert "Nothing has happened that you should know" in as_(client, cleo).get(reverse("notices")).content.decode()


def test_the_page_reads_as_many_rows_for_sixty_as_for_one(client, ana, django_assert_max_num_queries):
    for number in range(60):
        notices.tell([ana], "sign_in", f"/listen/channels/{number}/", channel="Harbour", trouble="No.")
    client = as_(client, ana)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("notices"))
    assert page.content.decode().count("needs you to sign in again") == 50
    assert "?before=" in page.content.decode()


@pytest.mark.once
def test_every_kind_of_notice_has_words_that_fit_its_detail(ana):
    detail = {"channel": "Harbour", "trouble": "No.", "start": "9:00", "end": "10:00", "cause": "", "new": 3}
    detail |= {"line": "About us", "day": "2 March", "about": "Prices", "n": 3}
    for kind in notices.KINDS.values():
        assert str(kind.title) % detail
        assert str(kind.reason) % detail


# -- the sign-in of a channel ----------------------------------------------------------------------------------------


def channel_page(client, user, channel) -> str:
    return as_(client, user).get(reverse("channel", args=[channel.pk])).content.decode()


def test_a_token_is_alive_when_a_real_call_succeeded_lately(client, ana, channel):
    Channel.objects.update(last_ok_at=timezone.now() - timezone.timedelta(minutes=2))
    assert "It last worked 2 minutes ago." in channel_page(client, ana, channel)


@pytest.mark.once
def test_rights_that_are_missing_are_named(client, ana, channel):
    Channel.objects.update(missing=["write:statuses"])
    assert "It lacks what the platform calls write:statuses." in channel_page(client, ana, channel)


def test_a_channel_whose_credentials_may_not_write_cannot_be_opened_for_answers(channel, ana):
    listening.set_channel(channel, answers=False, actor=ana)
    Channel.objects.update(missing=["write:statuses"])
    channel.refresh_from_db()
    refused = listening.set_channel(channel, answers=True, actor=ana)
    assert isinstance(refused, Refused)
    assert "write:statuses" in refused.reason

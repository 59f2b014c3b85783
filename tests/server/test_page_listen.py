"""Listening, as one sees and changes it in the browser."""

from __future__ import annotations

import csv
import gzip
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from rapport.core.types import Author, Page, Reject
from rapport.server.listen import actions, coverage, imports, queries
from rapport.server.listen.models import Brief, Channel, Cursor, Import, Message, Pulse, Quarantined, Tally
from rapport.server.organise.models import AuditEntry, User

NOW = datetime(2026, 3, 20, 14, 30, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def as_(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def text_of(response):
    return response.content.decode()


# -- the strip -------------------------------------------------------------------------------------------------------


@pytest.fixture
def listened(channel):
    """A channel of two months that delivered in every hour of the last fifteen days."""
    Channel.objects.update(created_at=NOW - 60 * DAY)
    hours = [NOW.replace(minute=0) - back * HOUR for back in range(15 * 24)]
    Pulse.objects.bulk_create([Pulse(channel=channel, hour=hour, fetches=60, heard=1) for hour in hours])
    channel.refresh_from_db()
    return channel


def between(start, end):
    """Pulses from `start` to `end`, both in hours before now."""
    top = NOW.replace(minute=0)
    return Pulse.objects.filter(hour__lte=top - end * HOUR, hour__gt=top - start * HOUR)


def states(channel, now=NOW):
    return [cell.state for cell in coverage.strip(channel, now, UTC).days]


def test_a_channel_that_answered_every_hour_has_fourteen_good_days(listened):
    found = coverage.strip(listened, NOW, UTC)
    assert [cell.state for cell in found.days] == ["delivering"] * 14
    assert found.words == "No gap in fourteen days"
    assert found.days[-1].words == "Friday 20 March: delivering, 15 messages"
    assert found.heard == 7 * 24


def test_a_day_is_down_when_that_lasted_two_hours_and_says_why(listened):
    between(36, 32).update(fetches=0, failures=9, trouble="The line is cut.")
    found = coverage.strip(listened, NOW, UTC)
    assert [cell.state for cell in found.days][-3:] == ["delivering", "down", "delivering"]
    assert found.days[-2].words == "Thursday 19 March: down, 03:00 to 07:00"
    assert found.words == "Down from 19 Mar 03:00 to 19 Mar 07:00: The line is cut"


def test_one_hour_down_degrades_the_day(listened):
    between(31, 30).update(fetches=0, failures=9)
    assert states(listened)[-2] == "degraded"


def test_one_degraded_hour_is_forgiven_and_two_are_not(listened):
    between(31, 30).update(failures=1)
    assert states(listened)[-2] == "delivering"
    between(31, 29).update(failures=1)
    assert states(listened)[-2] == "degraded"


def test_hours_without_a_pulse_mean_that_nobody_listened(listened):
    between(34, 28).delete()
    found = coverage.strip(listened, NOW, UTC)
    assert found.days[-2].state == "down"
    assert found.words.endswith("Nobody listened")


def test_a_gap_across_midnight_counts_as_one(listened):
    between(16, 14).delete()  # 23:00 and 00:00
    assert states(listened)[-2:] == ["down", "down"]


def test_a_pause_is_silence_on_purpose(listened, ana):
    actions.set_channel(listened, actor=ana, state="paused")
    AuditEntry.objects.filter(action="channel.changed", detail__state="paused").update(at=NOW - 3 * DAY)
    between(72, 0).delete()
    listened.refresh_from_db()
    found = coverage.strip(listened, NOW, UTC)
    assert [cell.state for cell in found.days][-3:] == ["silent", "silent", "silent"]
    assert "on purpose" in found.words


def test_what_was_silent_before_a_pause_ended_stays_silent_afterwards(listened, ana):
    actions.set_channel(listened, actor=ana, state="paused")
    listened.refresh_from_db()
    actions.set_channel(listened, actor=ana, state="listening")
    listened.refresh_from_db()
    entries = AuditEntry.objects.filter(action="channel.changed")
    entries.filter(detail__state="paused").update(at=NOW - 4 * DAY)
    entries.filter(detail__state="listening").update(at=NOW - 2 * DAY)
    between(96, 48).delete()
    assert "down" not in states(listened)
    assert states(listened)[-4] == "silent"


def test_before_it_was_connected_there_is_nothing_to_say(listened):
    Channel.objects.update(created_at=NOW - 2 * DAY)
    between(15 * 24, 48).delete()
    listened.refresh_from_db()
    assert states(listened)[:11] == ["none"] * 11


def test_a_source_that_is_asked_every_three_hours_leaves_no_gaps(listened):
    Cursor.objects.update(every_seconds=3 * 3600)
    for pulse in Pulse.objects.all():
        if pulse.hour.hour % 3:
            pulse.delete()
    assert states(listened) == ["delivering"] * 14


def test_a_channel_connected_a_minute_ago_is_not_down_yet(channel):
    now = channel.created_at + timedelta(minutes=1)
    assert set(states(channel, now)) == {"none"}


def test_days_are_those_of_the_reader(listened):
    between(1, 0).update(heard=500)  # 14:00 in UTC is the next day in Kiritimati
    found = coverage.strip(listened, NOW, ZoneInfo("Pacific/Kiritimati"))
    assert found.days[-1].words.startswith("Saturday 21 March")


@pytest.mark.once
def test_a_box_of_files_has_no_strip(ana):
    box = actions.open_box("Surveys", actor=ana)
    found = coverage.strip(box, NOW, UTC)
    assert (found.days, found.words) == ((), "Imported by hand")


def test_strips_take_as_many_queries_for_ten_channels_as_for_one(listened, django_assert_num_queries, ana):
    with django_assert_num_queries(8):
        coverage.strips([listened], NOW, UTC)
    for number in range(9):
        row = Channel.objects.create(name=f"More {number}", connector="harbour", network="harbour")
        Cursor.objects.create(channel=row, source="mentions")
    channels = list(Channel.objects.all())
    with django_assert_num_queries(8):
        coverage.strips(channels, NOW, UTC)


# -- the dot ---------------------------------------------------------------------------------------------------------


@pytest.mark.once
@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"last_ok_at": NOW}, "delivering"),
        ({"last_ok_at": NOW - timedelta(minutes=5)}, "delivering"),
        ({"last_ok_at": NOW - timedelta(minutes=7)}, "degraded"),
        ({"last_ok_at": NOW - timedelta(minutes=1), "trouble": "It stumbled."}, "degraded"),
        ({"last_ok_at": NOW - HOUR, "trouble": "It stumbled."}, "down"),
        ({"last_ok_at": NOW, "state": "needs_sign_in"}, "down"),
        ({"state": "paused"}, "silent"),
        ({"state": "closed"}, "none"),
    ],
)
def test_the_dot_says_whether_we_hear_everything_now(channel, changes, state, django_assert_num_queries):
    Channel.objects.update(**changes)
    with django_assert_num_queries(1):
        assert coverage.hearing(NOW).state == state


def test_the_dot_speaks_of_the_channel_that_stands_worst(channel):
    Channel.objects.update(last_ok_at=NOW)
    worse = Channel.objects.create(name="Deaf", connector="harbour", network="harbour", state="needs_sign_in")
    Cursor.objects.create(channel=worse, source="mentions")
    assert "Deaf" in coverage.hearing(NOW).words


# -- channels --------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_the_channels_page_says_how_each_delivers(as_, ana, channel):
    Tally.objects.create(channel=channel, day=timezone.now().date(), kind="favourite", count=12)
    Tally.objects.create(channel=channel, day=timezone.now().date(), kind="follow", count=1)
    page = text_of(as_(ana).get(reverse("listen")))
    assert "Harbour" in page
    assert "Open for answers" in page
    assert "12 favourites, 1 follow, counted and not stored" in page


@pytest.mark.once
def test_a_member_reads_the_channels_and_finds_nothing_to_change(as_, cleo, channel):
    client = as_(cleo)
    assert reverse("connect") not in text_of(client.get(reverse("listen")))
    page = text_of(client.get(reverse("channel", args=[channel.pk])))
    assert reverse("change_channel", args=[channel.pk]) not in page
    assert reverse("sign_in_again", args=[channel.pk]) not in page


@pytest.mark.once
def test_a_stranger_cannot_change_a_channel(as_, cleo, channel):
    as_(cleo).post(reverse("change_channel", args=[channel.pk]), {"do": "pause"})
    channel.refresh_from_db()
    assert channel.state == "listening"


@pytest.mark.once
@pytest.mark.parametrize("name", ["imports", "quarantine", "connect", "new_brief", "preview_brief", "from_brandwatch"])
def test_what_one_may_not_change_one_does_not_find(as_, cleo, name):
    assert as_(cleo).get(reverse(name)).status_code == 404


@pytest.mark.once
@pytest.mark.parametrize(
    ("do", "field", "value"),
    [
        ("pause", "state", "paused"),
        ("close", "state", "closed"),
        ("shut_answers", "answers", False),
        ("keep_all", "keep_all", True),
    ],
)
def test_the_hub_changes_a_channel(as_, ana, channel, do, field, value):
    response = as_(ana).post(reverse("change_channel", args=[channel.pk]), {"do": do})
    assert response.status_code == 302
    channel.refresh_from_db()
    assert getattr(channel, field) == value
    assert AuditEntry.objects.first().action == "channel.changed"


def test_two_who_change_a_channel_at_once_are_told(as_, ana, channel):
    actions.set_channel(channel, actor=ana, state="closed")
    page = text_of(as_(ana).post(reverse("change_channel", args=[channel.pk]), {"do": "pause"}, follow=True))
    assert "Somebody changed this channel before you did" in page


def test_the_channel_page_asks_little_of_the_database(as_, ana, channel, django_assert_max_num_queries):
    client = as_(ana)
    with django_assert_max_num_queries(24):
        client.get(reverse("channel", args=[channel.pk]))


# -- connecting ------------------------------------------------------------------------------------------------------


@pytest.mark.once
def test_connecting_signs_in_for_real_and_begins_to_listen(as_, ana, harbour, monkeypatch):
    monkeypatch.setattr("rapport.connectors.contract.names", lambda: ("harbour",))
    answers = {"channel_name": "Our harbour", "field_handle": "calm", "field_password": "right"}
    response = as_(ana).post(reverse("connect_to", args=["harbour"]), answers)
    row = Channel.objects.get()
    assert response.url == reverse("channel", args=[row.pk])
    assert (row.name, row.handle, row.answers, row.cursors.count()) == ("Our harbour", "calm", False, 1)


@pytest.mark.once
def test_a_refused_password_is_told_and_never_written_back(as_, ana, harbour, monkeypatch):
    monkeypatch.setattr("rapport.connectors.contract.names", lambda: ("harbour",))
    answers = {"channel_name": "Our harbour", "field_handle": "calm", "field_password": "hunter2-secret"}
    page = text_of(as_(ana).post(reverse("connect_to", args=["harbour"]), answers))
    assert "Harbour refused the password." in page
    assert "hunter2-secret" not in page
    assert 'value="Our harbour"' in page
    assert not Channel.objects.exists()


@pytest.mark.once
def test_a_connector_that_cannot_be_loaded_does_not_hide_the_others(as_, ana, harbour, monkeypatch):
    def load(name):
        if name == "broken":
            raise ImportError("no module named wings")
        return harbour

    monkeypatch.setattr("rapport.connectors.contract.names", lambda: ("broken", "harbour"))
    monkeypatch.setattr("rapport.connectors.contract.load", load)
    page = text_of(as_(ana).get(reverse("connect")))
    assert "no module named wings" in page
    assert reverse("connect_to", args=["harbour"]) in page
    assert as_(ana).get(reverse("connect_to", args=["broken"])).status_code == 404


@pytest.mark.once
def test_signing_in_again_brings_a_channel_back(as_, ana, channel, monkeypatch):
    monkeypatch.setattr("rapport.connectors.contract.names", lambda: ("harbour",))
    Channel.objects.update(state="needs_sign_in", trouble="Harbour refused the password.")
    client = as_(ana)
    page = text_of(client.get(reverse("channel", args=[channel.pk])))
    assert "right" not in page.partition('id="sign-in"')[2].partition("</form>")[0]
    client.post(reverse("sign_in_again", args=[channel.pk]), {"field_handle": "calm", "field_password": "right"})
    channel.refresh_from_db()
    assert (channel.state, channel.trouble) == ("listening", "")


@pytest.mark.once
def test_signing_in_with_a_wrong_password_changes_nothing(as_, ana, channel, monkeypatch):
    monkeypatch.setattr("rapport.connectors.contract.names", lambda: ("harbour",))
    Channel.objects.update(state="needs_sign_in")
    answers = {"field_handle": "calm", "field_password": "wrong"}
    page = text_of(as_(ana).post(reverse("sign_in_again", args=[channel.pk]), answers))
    assert "Harbour refused the password." in page
    channel.refresh_from_db()
    assert channel.state == "needs_sign_in"


# -- briefs ----------------------------------------------------------------------------------------------------------


def written(**changes):
    return {"name": "Late ferries", "query": "ferry late", "purpose": "product", "active": "on", **changes}


def test_a_brief_is_written_and_listens(as_, ana):
    as_(ana).post(reverse("new_brief"), written())
    brief = Brief.objects.get()
    assert (brief.name, brief.query, brief.purpose, brief.active) == ("Late ferries", "ferry late", "product", True)


@pytest.mark.once
def test_a_mistake_is_marked_under_its_character_and_what_was_typed_stays(as_, ana):
    page = text_of(as_(ana).post(reverse("new_brief"), written(query="ferry (late", name="Kept name")))
    assert "query__error" in page
    assert "Kept name" in page
    assert not Brief.objects.exists()


@pytest.mark.once
def test_a_brief_refuses_what_is_not_known_yet_and_says_so(as_, ana):
    page = text_of(as_(ana).post(reverse("new_brief"), written(query="tone:negative")))
    assert "<mark>" in page
    assert "standing brief" in page
    assert not Brief.objects.exists()


def test_the_preview_shows_what_it_would_have_heard_and_why(as_, ana, hear, says):
    hear(says("The ferry was late again"), says("Are you hiring?", after=1))
    page = text_of(as_(ana).get(reverse("preview_brief"), {"query": "late OR delay*"}))
    assert "1 of 2 messages of the last seven days" in page
    assert "every message looked at" in page
    assert "The ferry was <mark>late</mark> again" in page
    assert "hiring" not in page


def test_the_list_counts_the_days_that_the_preview_shows(as_, ana, hear, says):
    brief = actions.save_brief(None, name="Late", query="late", purpose="brand", actor=ana)
    rests = actions.save_brief(None, name="Rests", query="ferry", purpose="brand", active=False, actor=ana)
    hear(says("The ferry was late again"), says("Late as ever", after=1), says("Are you hiring?", after=2))
    hear(says("Late, long ago", after=-9 * 24 * 60), says("We are late", author=Author("harbour", "us"), after=3))
    assert "2 in the last seven days" in text_of(as_(ana).get(reverse("briefs")))
    assert "2 of 3 messages of the last seven days" in text_of(as_(ana).get(reverse("brief", args=[brief.pk])))
    assert queries.matched_lately([brief, rests], now=timezone.now(), zone=UTC)[brief.pk] == 2


@pytest.mark.once
def test_the_preview_works_without_script_and_saves_nothing(as_, ana, hear, says):
    hear(says("The ferry was late again"))
    page = text_of(as_(ana).post(reverse("new_brief"), written(query="late", do="preview")))
    assert "<mark>late</mark>" in page
    assert not Brief.objects.exists()


@pytest.mark.once
def test_the_preview_masks_private_data(as_, ana, hear, says):
    hear(says("Late again, write to kim.larsen@example.org"))
    page = text_of(as_(ana).get(reverse("preview_brief"), {"query": "late"}))
    assert "kim.larsen@example.org" not in page


def test_a_member_reads_a_brief_and_sees_only_their_own_messages(as_, ana, cleo, hear, says):
    actions.save_brief(None, name="Ferries", query="ferry", purpose="brand", actor=ana)
    hear(says("My ferry was late"))
    client = as_(cleo)
    key = Brief.objects.get().pk
    page = text_of(client.get(reverse("brief", args=[key])))
    assert "My ferry" not in page
    assert "<form" not in page.partition('id="main"')[2].partition('id="notices"')[0]
    assert client.post(reverse("brief", args=[key]), written()).status_code == 404
    assert Brief.objects.get().name == "Ferries"


@pytest.mark.once
def test_a_query_from_brandwatch_becomes_a_brief(as_, ana):
    client = as_(ana)
    assert reverse("from_brandwatch") in text_of(client.get(reverse("new_brief")))
    text = "<<<ours>>>\r\n(ferry NEAR/5 late)\r\nAND country:gbr"
    page = text_of(client.post(reverse("from_brandwatch"), {"text": text}))
    assert 'value="ferry NEAR/5 late"' in page
    assert "line 3, character 5" in page
    assert "<code>country:</code></td><td>more messages</td>" in page
    form = text_of(client.post(reverse("new_brief"), {"query": "ferry NEAR/5 late", "active": "on", "do": "preview"}))
    assert 'value="ferry NEAR/5 late"' in form
    client.post(reverse("new_brief"), written(query="ferry NEAR/5 late"))
    assert Brief.objects.get().query == "ferry NEAR/5 late"


@pytest.mark.once
def test_a_brandwatch_query_that_cannot_be_read_is_shown_at_the_character(as_, ana):
    page = as_(ana).post(reverse("from_brandwatch"), {"text": "ferry AND (late"})
    assert page.status_code == 422
    assert "<mark>(</mark>late" in text_of(page)
    assert "A closing parenthesis is missing for this one." in text_of(page)


@pytest.mark.once
def test_two_briefs_do_not_share_a_name(as_, ana):
    client = as_(ana)
    client.post(reverse("new_brief"), written())
    page = text_of(client.post(reverse("new_brief"), written(query="train")))
    assert "There is already a brief called" in page
    assert Brief.objects.count() == 1


# -- imports ---------------------------------------------------------------------------------------------------------

TABLE = b"""tweet_id,name,text,tweet_created
1,ana,"The ferry, late again",2026-03-01 10:00
2,ben,=cmd()|danger,2026-03-01 11:00
3,,Nobody wrote this,2026-03-01 12:00
"""


@pytest.fixture
def upload(as_, ana, settings, tmp_path):
    """Sends a file up; the client, and the page on which one says which column is what."""

    def send(name="old tweets.csv", content=TABLE):
        client = as_(ana)
        response = client.post(reverse("imports"), {"file": SimpleUploadedFile(name, content)})
        return client, response

    return send


CHOSEN = {"id": "tweet_id", "text": "text", "author": "name", "time": "tweet_created", "new_channel": "Old tweets"}


@pytest.mark.once
def test_an_upload_is_kept_under_a_name_of_ours(upload):
    _client, response = upload(name="../../etc/passwd.csv")
    name = response.url.rstrip("/").rpartition("/")[2]
    kept = imports.kept(name)
    assert kept.read_bytes() == TABLE
    assert "passwd" not in name
    assert kept.stat().st_mode & 0o077 == 0


def parquet_of(rows) -> bytes:
    file = BytesIO()
    pl.DataFrame(rows).write_parquet(file)
    return file.getvalue()


POSTS = [{"id": n, "text": f"Late again {n}", "at": "2026-01-31", "user": {"name": "kim"}} for n in range(250)]


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("posts.parquet", parquet_of(POSTS)),
        ("posts.jsonl", "\n".join(json.dumps(post) for post in POSTS).encode()),
        ("posts.jsonl.gz", gzip.compress("\n".join(json.dumps(post) for post in POSTS).encode())),
    ],
)
def test_other_files_than_tables_are_previewed_and_imported_too(upload, name, content):
    client, response = upload(name, content)
    page = text_of(client.get(response.url))
    assert "user.name" in page
    chosen = {"id": "id", "text": "text", "author": "user.name", "time": "at", "new_channel": "Posts"}
    assert "Late again 3" in text_of(client.post(response.url, chosen | {"do": "preview"}))
    client.post(response.url, chosen)
    while imports.turn("worker-1"):
        pass
    row = Import.objects.get()
    assert (row.state, row.new, row.rejected) == ("done", 250, 0)
    assert row.read_bytes == row.size_bytes


@pytest.mark.once
def test_a_compressed_file_that_breaks_off_fails_visibly(upload):
    content = gzip.compress("\n".join(json.dumps(post) for post in POSTS).encode())[:-200]
    client, response = upload("posts.jsonl.gz", content)
    client.post(response.url, {"id": "id", "text": "text", "author": "user.name", "time": "at", "new_channel": "Posts"})
    imports.turn("worker-1")
    row = Import.objects.get()
    assert row.state == "failed"
    url = reverse("import", args=[row.pk])
    assert "The compressed file breaks off or is damaged: " in text_of(client.get(url))
    User.objects.update(language="de")
    assert "Die komprimierte Datei bricht ab oder ist beschädigt: " in text_of(client.get(url))


@pytest.mark.once
def test_the_columns_are_guessed_and_the_first_rows_shown(upload):
    client, response = upload()
    page = text_of(client.get(response.url))
    for column in ("tweet_id", "name", "text", "tweet_created"):
        assert f'<option value="{column}" selected>' in page
    assert "The ferry, late again" in page
    assert "no author" in page
    User.objects.update(language="de")
    page = text_of(client.get(response.url))
    assert "Zeile " in page
    assert "es fehlt: author" in page


def test_an_import_reads_the_file_and_offers_what_was_rejected(upload):
    client, response = upload()
    begun = client.post(response.url, {**CHOSEN, "do": "begin"})
    row = Import.objects.get()
    assert begun.url == reverse("import", args=[row.pk])
    assert imports.turn("worker") == 1
    row.refresh_from_db()
    assert (row.state, row.new, row.rejected) == ("done", 2, 1)
    page = text_of(client.get(begun.url))
    assert "Everything is read" in page
    rejected = b"".join(client.get(reverse("import_rejects", args=[row.pk])).streaming_content).decode()
    assert list(csv.reader(StringIO(rejected)))[1][:2] == ["line 4", "no author"]


@pytest.mark.once
def test_a_column_that_is_missing_is_asked_for_and_nothing_begins(upload):
    client, response = upload()
    page = text_of(client.post(response.url, {**CHOSEN, "time": "", "do": "begin"}))
    assert "Say which column holds: When." in page
    assert not Import.objects.exists()
    assert not Channel.objects.filter(name="Old tweets").exists()


@pytest.mark.once
def test_a_file_is_not_imported_into_an_account_that_is_listened_to(upload, channel):
    client, response = upload()
    page = text_of(client.post(response.url, {**CHOSEN, "new_channel": channel.name, "do": "begin"}))
    assert "is an account that is listened to" in page
    assert not Import.objects.exists()


@pytest.mark.once
@pytest.mark.parametrize(("addressed", "expected"), [("on", True), (None, False)])
def test_whether_an_import_was_said_to_us_decides_whether_somebody_answers(upload, addressed, expected):
    client, response = upload()
    chosen = {**CHOSEN, "do": "begin"} | ({"addressed": addressed} if addressed else {})
    client.post(response.url, chosen)
    imports.turn("worker")
    assert set(Message.objects.values_list("addressed", flat=True)) == {expected}


def test_an_import_is_stopped_and_goes_on(upload):
    client, response = upload()
    client.post(response.url, {**CHOSEN, "do": "begin"})
    row = Import.objects.get()
    client.post(reverse("set_import", args=[row.pk, "stopped"]))
    assert imports.turn("worker") == 0
    client.post(reverse("set_import", args=[row.pk, "waiting"]))
    assert imports.turn("worker") == 1
    row.refresh_from_db()
    assert row.state == "done"


@pytest.mark.once
def test_stopping_what_has_ended_is_told_and_changes_nothing(upload):
    client, response = upload()
    client.post(response.url, {**CHOSEN, "do": "begin"})
    imports.turn("worker")
    page = text_of(client.post(reverse("set_import", args=[Import.objects.get().pk, "stopped"]), follow=True))
    assert "It ended before that." in page
    assert Import.objects.get().state == "done"


@pytest.mark.once
def test_the_bar_asks_again_until_there_is_nothing_to_wait_for(upload):
    client, response = upload()
    client.post(response.url, {**CHOSEN, "do": "begin"})
    url = reverse("import_progress", args=[Import.objects.get().pk])
    assert url in text_of(client.get(url))
    imports.turn("worker")
    assert client.get(url).headers["HX-Refresh"] == "true"


@pytest.mark.once
@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("notes.docx", b"x", "Only CSV, JSONL and Parquet"), ("empty.csv", b"", "The file is empty.")],
)
def test_what_is_no_table_is_refused(upload, name, content, words):
    _client, response = upload(name=name, content=content)
    assert response.status_code == 422
    assert words in text_of(response)


@pytest.mark.once
def test_another_persons_upload_is_not_found(upload, as_, cleo, ana):
    _client, response = upload()
    hub = as_(cleo)
    assert hub.get(response.url).status_code == 404
    other = as_(ana)  # the same role, another session
    other.cookies.clear()
    other.force_login(ana)
    assert other.get(response.url).status_code == 404


@pytest.mark.once
def test_a_strangers_import_stays_closed(upload, as_, cleo):
    client, response = upload()
    client.post(response.url, {**CHOSEN, "do": "begin"})
    key = Import.objects.get().pk
    stranger = as_(cleo)
    for name in ("import", "import_progress", "import_rejects"):
        assert stranger.get(reverse(name, args=[key])).status_code == 404
    assert stranger.post(reverse("set_import", args=[key, "stopped"])).status_code == 404
    assert Import.objects.get().state == "waiting"


# -- quarantine ------------------------------------------------------------------------------------------------------


@pytest.fixture
def quarantined(hear):
    hear(rejects=(Reject("post 9", "a record without text", b"<script>alert(1)</script> \xff kim@example.org"),))
    return Quarantined.objects.get()


def test_quarantine_shows_what_arrived_as_text(as_, ana, quarantined):
    page = text_of(as_(ana).get(reverse("quarantine")))
    assert "a record without text" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "\\xff" in page
    assert "kim@example.org" not in page


def test_what_still_cannot_be_understood_stays(as_, ana, quarantined):
    url = reverse("settle_quarantined", args=[quarantined.pk, "retry"])
    page = text_of(as_(ana).post(url, follow=True))
    assert "It still cannot be understood" in page
    quarantined.refresh_from_db()
    assert quarantined.state == "waiting"


def test_what_is_understood_now_is_heard(as_, ana, quarantined, harbour, says, monkeypatch):
    monkeypatch.setattr(type(harbour), "parse", lambda *_, **__: Page(messages=(says("At last"),)))
    as_(ana).post(reverse("settle_quarantined", args=[quarantined.pk, "retry"]))
    assert Message.objects.get().text == "At last"
    assert Quarantined.objects.get().state == "received"


def test_it_can_be_dismissed_once(as_, ana, quarantined):
    url = reverse("settle_quarantined", args=[quarantined.pk, "dismiss"])
    client = as_(ana)
    client.post(url)
    assert Quarantined.objects.get().state == "dismissed"
    assert AuditEntry.objects.first().action == "quarantined.dismissed"
    page = text_of(client.get(reverse("quarantine")))
    assert "Nothing is waiting here" in page


@pytest.mark.once
def test_a_stranger_does_not_find_the_quarantine(as_, cleo, quarantined):
    client = as_(cleo)
    assert client.post(reverse("settle_quarantined", args=[quarantined.pk, "dismiss"])).status_code == 404
    assert Quarantined.objects.get().state == "waiting"

"""Taking messages away: what one may see, in three forms, and gone when it must be."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from rapport.core.errors import QueryError
from rapport.core.types import Deletion, Refused
from rapport.server.keep import actions as keeping
from rapport.server.keep.leaving import leave
from rapport.server.listen.models import Message
from rapport.server.organise.models import AuditEntry
from rapport.server.route import actions as routing
from rapport.server.route import exports
from rapport.server.route.models import Conversation, Export


@pytest.fixture(autouse=True)
def home(settings, tmp_path):
    """Files of this test alone. The keys are those of before."""
    keys = settings.HOME.folder("keys")
    settings.HOME = type(settings.HOME)(tmp_path / "home")
    settings.HOME.folder("keys").rmdir()
    (tmp_path / "home" / "keys").symlink_to(keys)
    settings.ARCHIVE = tmp_path / "archive"
    return settings.HOME.path


def export(user, query="ferry", kind="jsonl") -> Export:
    row = exports.begin(query, kind, actor=user)
    assert isinstance(row, Export), row
    while exports.turn("worker-1"):
        pass
    row.refresh_from_db()
    return row


def lines(row: Export) -> list[dict]:
    return [json.loads(line) for line in exports.finished(row).read_text().splitlines()]


def texts(row: Export) -> list[str]:
    return [line["text"] for line in lines(row)]


@pytest.fixture
def heard(hear, says):
    hear(says("My ferry was late", after=1, external_id="p1"), says("=The ferry, again", after=2), says("Hello"))


@pytest.mark.parametrize("kind", exports.KINDS)
def test_each_form_has_the_same_columns_and_rows(heard, ana, kind):
    row = export(ana, kind=kind)
    assert (row.state, row.rows) == ("done", 2)
    path = exports.finished(row)
    if kind == "csv":
        found = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    else:
        found = lines(row) if kind == "jsonl" else pl.read_parquet(path).to_dicts()
    assert [*found[0]] == [*exports.COLUMNS]
    assert found[1]["text"] == "My ferry was late"
    assert (found[1]["id"], found[1]["channel"], found[1]["team"]) == ("p1", "Harbour", "service")
    at = found[1]["published"]
    assert (at if kind != "parquet" else at.isoformat()) == Message.objects.get(
        external_id="p1"
    ).published_at.isoformat()


@pytest.mark.once
def test_no_cell_of_a_table_begins_a_formula(heard, ana):
    assert "'=The ferry, again" in exports.finished(export(ana, kind="csv")).read_text()


@pytest.mark.once
def test_private_data_is_dotted_out(hear, says, ana):
    hear(says("Write to me at kim.private@mail.example about the ferry"))
    assert "kim.private" not in exports.finished(export(ana)).read_text()


def test_nothing_found_is_a_file_without_rows(heard, ana):
    for kind in exports.KINDS:
        row = export(ana, "zebra", kind)
        assert (row.state, row.rows) == ("done", 0)
    assert pl.read_parquet(exports.finished(row)).columns == [*exports.COLUMNS]


def test_a_stranger_takes_away_nothing_of_others(heard, cleo):
    assert export(cleo, "*").rows == 0


@pytest.mark.once
def test_a_query_that_cannot_be_read_is_not_begun(ana):
    with pytest.raises(QueryError):
        exports.begin("ferry (late", "csv", actor=ana)
    assert isinstance(exports.begin(" ", "csv", actor=ana), Refused)
    assert isinstance(exports.begin("*", "docx", actor=ana), Refused)


def test_nobody_has_more_than_ten(ana):
    for _ in range(exports.MOST):
        exports.begin("*", "csv", actor=ana)
    assert isinstance(exports.begin("*", "csv", actor=ana), Refused)


# -- in pieces ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(hear, says, monkeypatch):
    monkeypatch.setattr(exports, "PAGE_ROWS", 7)
    hear(*(says(f"ferry {number}", after=number / 10) for number in range(40)))


def test_a_long_export_is_written_in_slices(many, ana, monkeypatch):
    monkeypatch.setattr(exports, "SLICE_SECONDS", -1.0)
    exports.begin("ferry", "jsonl", actor=ana)
    exports.turn("worker-1")
    row = Export.objects.get()
    assert (row.state, row.rows) == ("running", 7)
    while exports.turn("worker-1"):
        pass
    row.refresh_from_db()
    assert texts(row) == [f"ferry {number}" for number in reversed(range(40))]


def test_what_a_dead_worker_wrote_and_did_not_note_is_written_once(many, ana, monkeypatch):
    monkeypatch.setattr(exports, "SLICE_SECONDS", -1.0)
    row = exports.begin("ferry", "jsonl", actor=ana)
    exports.turn("worker-1")
    before = Export.objects.values().get()
    exports.turn("worker-1")
    Export.objects.filter(pk=row.pk).update(**{name: before[name] for name in ("place", "rows", "draft_bytes")})
    while exports.turn("worker-2"):
        pass
    row.refresh_from_db()
    assert texts(row) == [f"ferry {number}" for number in reversed(range(40))]


def test_who_stops_it_stops_it(many, ana, home, monkeypatch):
    monkeypatch.setattr(exports, "SLICE_SECONDS", -1.0)
    row = exports.begin("ferry", "jsonl", actor=ana)
    exports.turn("worker-1")
    assert exports.delete(row, actor=ana) is None
    assert exports.turn("worker-1") == 0
    assert Export.objects.get().state == "gone"
    assert list((home / "exports").iterdir()) == []


def test_texts_that_left_the_database_are_in_it(hear, says, ana, settings):
    settings.HOT_DAYS = 400
    hear(says("My ferry was late", after=1))
    routing.close(Conversation.objects.get(), actor=ana)
    keeping.write(actor="test")
    later = timezone.now() + timedelta(days=500)
    with time_machine.travel(later, tick=True):
        leave(later, actor="test")
        hear(says("Another ferry", after=2))
        assert texts(export(ana)) == ["Another ferry", "My ferry was late"]


# -- when it goes ------------------------------------------------------------------------------------------------------


def test_it_goes_when_a_message_in_it_is_taken_back(heard, hear, ana, home):
    row, other = export(ana), export(ana, "hello")
    hear(deletions=(Deletion("harbour", "p1"),))
    assert isinstance(exports.file_of(row, ana), Refused)
    exports.throw_away(timezone.now())
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.state, row.why, other.state) == ("gone", "A message in it was taken back.", "done")
    assert {file.name.partition(".")[0] for file in (home / "exports").iterdir()} == {str(other.pk)}


def test_one_that_is_still_being_written_goes_too(many, hear, ana, monkeypatch):
    monkeypatch.setattr(exports, "SLICE_SECONDS", -1.0)
    row = exports.begin("ferry", "jsonl", actor=ana)
    exports.turn("worker-1")
    newest = Message.objects.order_by("-published_at").first()
    hear(deletions=(Deletion("harbour", newest.external_id),))
    exports.throw_away(timezone.now())
    row.refresh_from_db()
    assert (row.state, exports.turn("worker-1")) == ("gone", 0)


def test_it_goes_after_some_days(heard, ana, home):
    row = export(ana)
    exports.throw_away(timezone.now() + exports.KEPT - timedelta(minutes=1))
    assert exports.finished(row).exists()
    exports.throw_away(timezone.now() + exports.KEPT + timedelta(minutes=1))
    assert list((home / "exports").iterdir()) == []


# -- the page ----------------------------------------------------------------------------------------------------------


def test_one_asks_for_it_on_the_page_and_fetches_it(heard, ana, client):
    client.force_login(ana)
    client.post(reverse("exports"), {"q": "ferry", "kind": "csv"})
    assert "waits for the worker" in client.get(reverse("exports")).content.decode()
    exports.turn("worker-1")
    page = client.get(reverse("exports")).content.decode()
    assert "2 messages" in page
    row = Export.objects.get()
    response = client.get(reverse("export_file", args=[row.pk]))
    assert "My ferry was late" in b"".join(response.streaming_content).decode()
    assert response["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.filter(action="export.fetched", target=f"export:{row.pk}").count() == 1


def test_what_others_asked_for_is_not_there(heard, ana, ben, client):
    row = export(ana)
    client.force_login(ben)
    assert "You have not exported anything yet" in client.get(reverse("exports")).content.decode()
    assert client.get(reverse("export_file", args=[row.pk])).status_code == 404
    assert client.post(reverse("delete_export", args=[row.pk])).status_code == 404
    assert isinstance(exports.file_of(row, ben), Refused)


@pytest.mark.once
def test_a_mistake_is_shown_with_its_character(ana, client):
    client.force_login(ana)
    response = client.post(reverse("exports"), {"q": "ferry (late", "kind": "csv"})
    assert response.status_code == 422
    assert "<mark>" in response.content.decode()


def test_what_is_gone_says_why(heard, hear, ana, client):
    row = export(ana)
    hear(deletions=(Deletion("harbour", "p1"),))
    client.force_login(ana)
    assert client.get(reverse("export_file", args=[row.pk])).status_code == 302
    assert "A message in it was taken back." in client.get(reverse("exports")).content.decode()


@pytest.mark.once
def test_every_column_is_described():
    page = (Path(__file__).parents[2] / "docs/reference/exports.md").read_text()
    rows = [line for line in page.partition("| column |")[2].splitlines() if line.startswith("| `")]
    described = [name for line in rows for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert sorted(described) == sorted(exports.COLUMNS)

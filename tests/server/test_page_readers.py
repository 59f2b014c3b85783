"""Settings, Readers: what people said of each reader's readings, for those who may see the messages."""

from __future__ import annotations

import csv
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from rapport.core.types import Author
from rapport.server.listen import actions as listening
from rapport.server.listen.models import Message, Purpose
from rapport.server.measure.models import DayCount
from rapport.server.measure.readers import lately
from rapport.server.pages import cards
from rapport.server.pages.readers import NAMES
from rapport.server.route import correcting
from rapport.server.understand import judging, noise
from rapport.server.understand.models import Reading, SetAside


def page(client, user, reader):
    client.force_login(user)
    return client.get(reverse("settings_reader", args=[reader]))


@pytest.fixture
def corrected(hear, says, ben):
    """Four messages that were read as neutral: three were negative, and one was not."""
    hear(*(says(f"My ferry was late, refund number {n}", after=n) for n in range(4)))
    Reading.objects.update(tone="neutral", language="en")
    for n, row in enumerate(Message.objects.order_by("published_at")):
        correcting.correct(row, reader="tone", said="neutral" if n == 3 else "negative", actor=ben)


@pytest.mark.once
@pytest.mark.parametrize("reader", NAMES)
def test_before_anybody_corrected_anything_each_page_says_so(client, ana, reader):
    shown = page(client, ana, reader)
    assert shown.status_code == 200
    words = {**dict.fromkeys(("private", "spam", "urgency"), "Known failures"), "noise": "Nobody took anything back."}
    assert words.get(reader, "Nobody corrected anything yet") in shown.content.decode()


def test_what_is_mixed_up_stands_in_a_table_and_in_words(client, ben, corrected):
    shown = page(client, ben, "tone").content.decode()
    assert "3 × “Neutral” where people say “Negative”" in shown
    assert '<th scope="row">Negative</th><td class="end">3</td>' in shown
    assert '<th scope="row">Neutral</th><td class="end"><b>1</b></td>' in shown
    assert "This is no random sample" in shown
    assert "0 of 200 labels until a reader of your own can be tried" in shown


def test_the_counts_are_by_channel_and_language_and_people_disagreeing_count_once(ana, ben, corrected):
    correcting.correct(Message.objects.earliest("published_at"), reader="tone", said="neutral", actor=ana)
    found = lately(ben, "tone", timezone.now())
    assert (found.whole.corrected, found.whole.confirmed) == (2, 2)
    assert [(part.name, part.corrected, part.confirmed) for part in found.by_channel] == [("Harbour", 2, 2)]
    assert [(part.name, part.corrected, part.confirmed) for part in found.by_language] == [("en", 2, 2)]


def test_only_who_sees_everything_reads_of_how_many_they_are(client, ana, ben, channel, corrected):
    DayCount.objects.create(channel=channel, day=timezone.now().date(), messages=50)
    words = "At least 3 of the 50 messages"
    assert words in page(client, ana, "tone").content.decode()
    assert words not in page(client, ben, "tone").content.decode()


@pytest.mark.once
def test_a_stranger_sees_nothing_of_it_and_takes_nothing_away(client, cleo, corrected):
    shown = page(client, cleo, "tone").content.decode()
    assert "Nobody corrected anything yet" in shown
    assert "Harbour" not in shown
    assert rows_of(client, "tone") == []


def rows_of(client, reader):
    body = b"".join(client.get(reverse("corrections_export", args=[reader])).streaming_content).decode()
    return list(csv.DictReader(body.splitlines()))


def test_the_file_has_who_said_what_of_which_message_and_none_of_its_words(client, ben, corrected):
    client.force_login(ben)
    rows = rows_of(client, "tone")
    assert [(row["was"], row["is"], row["who"]) for row in rows] == [
        ("neutral", "negative", "Ben"),
        ("neutral", "negative", "Ben"),
        ("neutral", "negative", "Ben"),
        ("neutral", "neutral", "Ben"),
    ]
    assert rows[0].keys() == {"message", "reader", "version", "was", "is", "who", "when"}
    assert not any("ferry" in cell for row in rows for cell in row.values())


def test_the_page_asks_no_more_for_many_corrections_than_for_one(
    client, ben, corrected, hear, says, django_assert_max_num_queries
):
    page(client, ben, "tone")
    with django_assert_max_num_queries(30) as few:
        client.get(reverse("settings_reader", args=["tone"]))
    hear(*(says(f"My ferry was late, refund again {n}", after=10 + n) for n in range(10)))
    for row in Message.objects.filter(corrections=None):
        correcting.correct(row, reader="tone", said="negative", actor=ben)
    with django_assert_max_num_queries(len(few)):
        client.get(reverse("settings_reader", args=["tone"]))


def test_of_noise_the_draws_give_a_rate_and_what_was_taken_back_does_not(client, ana, ben, hear, says):
    brief = listening.save_brief(None, name="Us", query="ferry", purpose=Purpose.TOPIC, actor=ana)
    who = [Author("harbour", f"a{n}", handle=f"a{n}") for n in range(60)]
    hear(*(says(f"ferry number {n}", author=who[n], addressed=False) for n in range(60)))
    for n, row in enumerate(judging.draw(brief, actor=ana).drawn.all()[:45]):
        judging.judge(row, "noise" if n < 9 else "about", actor=ana)
    SetAside.objects.create(message=Message.objects.first(), why="spam")
    noise.clear_message(SetAside.objects.get(), actor=ana)
    shown = page(client, ana, "noise").content.decode()
    assert "20 %, between" in shown.replace("\u202f", " ").replace("\xa0", " ")
    assert "<dt>spam</dt><dd>1</dd>" in shown
    assert "From random samples" not in page(client, ben, "noise").content.decode()


def test_a_reader_that_had_no_part_in_the_newest_reading_names_no_version(client, ben, corrected):
    Reading.objects.update(reader="language-1 tone-0a1b")
    assert "<code>tone-0a1b</code>" in page(client, ben, "tone").content.decode()
    assert "<code>language-1" not in page(client, ben, "spam").content.decode()


@pytest.mark.once
def test_there_is_no_page_of_a_reader_that_there_is_not(client, ana):
    assert page(client, ana, "stars").status_code == 404
    assert client.get(reverse("corrections_export", args=["private"])).status_code == 404


@pytest.mark.once
@pytest.mark.parametrize("reader", sorted(file.stem for file in cards.CARDS.glob("*.md")))
def test_every_card_is_here_and_all_of_it_is_shown(reader):
    def letters(text: str) -> str:
        return "".join(letter for letter in text if letter.isalnum())

    text = (cards.CARDS / f"{reader}.md").read_text()
    lines = [
        line
        for block in cards.card(reader)
        for line in [*block.lines, *block.head, *(cell for row in block.rows for cell in row)]
    ]
    shown = "".join(piece.text for line in lines for piece in line)
    assert letters(shown) == letters(re.sub(r"\]\([^)]*\)", "", text))
    assert "**" not in shown


def test_the_page_of_tone_names_a_deep_reader_that_read_last(client, ana, talk):
    Reading.objects.update(reader="language-1 deep-sea-1a2b3c4d kind-1")
    assert "deep-sea-1a2b3c4d" in page(client, ana, "tone").content.decode()
    Reading.objects.update(reader="language-1 kind-1")
    assert "language-1" not in page(client, ana, "tone").content.decode()

"""Every word of the pages has a German one, and a German reader meets no English sentence of ours."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.catalog import Message as Entry
from babel.messages.pofile import read_po
from django.core.management import call_command
from django.test import Client
from django.utils import timezone, translation

from rapport import tables
from rapport.connectors import contract
from rapport.connectors.bluesky import jetstream
from rapport.connectors.feeds import overlap
from rapport.connectors.files import troubles
from rapport.connectors.mastodon import stream as mastodon_stream
from rapport.connectors.wordpress import api as wordpress_api
from rapport.core.query import SEARCH_FIELDS, STANDING_FIELDS
from rapport.core.route.rules import RULE_FIELDS
from rapport.server import languages
from rapport.server.flow import FLOWS
from rapport.server.organise.abilities import WORDS, refusal
from rapport.server.organise.models import Team
from rapport.server.pages import words
from rapport.server.pages.middleware import OPEN
from rapport.server.respond import actions as responding
from rapport.server.respond.models import Outgoing
from rapport.server.route import actions as routing
from rapport.server.understand.models import Reading
from tests.server import test_every_address as everywhere

pytestmark = pytest.mark.once  # what the database answers to each page, test_every_address.py looks at on both

SERVER = Path(languages.__file__).parent
GERMAN = SERVER / "locale/de/LC_MESSAGES/django.po"
OURS = ("bluesky", "email", "feeds", "files", "mastodon", "sample", "webhook", "wordpress")
PLACEHOLDER = re.compile(r"%\(\w+\)0?\d*[sd]|%%|\{\}|<[^>]+>")
WRITTEN = {"late", "messages"}  # by somebody who asked, and by the record
secrets = everywhere.secrets


def catalogue(file: Path) -> Catalog:
    with file.open("rb") as stream:
        return read_po(stream)


@cache
def german() -> Catalog:
    return catalogue(GERMAN)


def entries(found: Catalog) -> list[Entry]:
    return [entry for entry in found if entry.id]


def forms(entry: Entry) -> list[tuple[str, str]]:
    """What is said, and what is said for it: both numbers of a plural."""
    if isinstance(entry.id, tuple):
        return list(zip(entry.id, entry.string))
    return [(entry.id, entry.string)]


def said(found: Catalog) -> set[tuple[str, str, str]]:
    return {(entry.context or "", forms(entry)[0][0], forms(entry)[-1][0]) for entry in entries(found)}


# -- the catalogue ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs xgettext (Debian: gettext)")
def test_the_german_catalogue_has_what_the_sources_say_and_nothing_else(tmp_path, monkeypatch):
    tree = tmp_path / "server"
    shutil.copytree(SERVER, tree, ignore=shutil.ignore_patterns("static", "migrations", "locale", "__pycache__"))
    (tree / "locale").mkdir()
    monkeypatch.chdir(tree)
    call_command("makemessages", locale=["de"], verbosity=0)
    assert said(catalogue(tree / "locale/de/LC_MESSAGES/django.po")) ^ said(german()) == set()


def test_gettext_is_called_by_names_that_the_extractor_knows():
    renamed = re.compile(r"import \w*gettext\w* as (?!_$)\w+", re.MULTILINE)
    assert [file.name for file in SERVER.rglob("*.py") if renamed.search(file.read_text())] == []


def test_no_translation_is_missing_or_a_guess():
    assert [entry.id for entry in entries(german()) if entry.fuzzy or not all(new for _, new in forms(entry))] == []


def test_nothing_is_kept_that_nobody_says_any_more():
    assert dict(german().obsolete) == {}


def test_a_translation_has_the_same_placeholders_and_the_same_blanks_around_it():
    wrong = [
        (old, new)
        for entry in entries(german())
        for old, new in forms(entry)
        if sorted(PLACEHOLDER.findall(old)) != sorted(PLACEHOLDER.findall(new))
        or re.sub(r"\S.*\S|\S", "", old, flags=re.DOTALL) != re.sub(r"\S.*\S|\S", "", new, flags=re.DOTALL)
    ]
    assert wrong == []


def test_nobody_is_shouted_at():
    assert [new for entry in entries(german()) for _, new in forms(entry) if "!" in new] == []


def test_the_words_of_fields_and_of_our_connectors_are_named_for_the_catalogue():
    spoken = {spec.help for fields in (SEARCH_FIELDS, STANDING_FIELDS, RULE_FIELDS) for spec in fields.values()}
    for connector in map(contract.load, OURS):
        spoken |= {connector.label} | {text for field in connector.fields for text in (field.label, field.help)}
    names = {"Bluesky", "Mastodon", "Webhook", "WordPress", ""}
    assert spoken - names == set(words.WORDS)
    assert set(words.CAUSES) == {
        jetstream.TOO_OLD,
        mastodon_stream.TOO_MUCH,
        overlap.CAUSE,
        wordpress_api.FEED_TOO_SHORT,
    }
    assert words.TABLES == tables.TROUBLES
    assert words.FILES == troubles.ALL


# -- compiling -------------------------------------------------------------------------------------------------------


def test_a_catalogue_is_compiled_once_and_again_when_it_changes(tmp_path):
    source, into = tmp_path / "locale", tmp_path / "compiled"
    shutil.copytree(SERVER / "locale", source)
    languages.compile_catalogues(source, into)
    compiled = into / "de/LC_MESSAGES/django.mo"
    first = compiled.stat().st_mtime_ns
    languages.compile_catalogues(source, into)
    assert compiled.stat().st_mtime_ns == first
    file = source / "de/LC_MESSAGES/django.po"
    file.write_text(file.read_text().replace("Hören wir alles?", "Hören wir auch alles?"))
    languages.compile_catalogues(source, into)
    assert "Hören wir auch alles?".encode() in compiled.read_bytes()


# -- the pages -------------------------------------------------------------------------------------------------------


class Spoken(HTMLParser):
    """What somebody sees or hears of a page, piece by piece."""

    ATTRIBUTES = {
        "aria-label",
        "title",
        "placeholder",
        "alt",
        "data-key-words",
        "data-label",
        "data-done",
        "data-failed",
    }

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "code")
        self.pieces += [value for name, value in attrs if name in self.ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "code")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.pieces.append(data)


def pieces(html: str) -> list[str]:
    parser = Spoken()
    parser.feed(html)
    return [" ".join(piece.split()) for piece in parser.pieces if piece.strip()]


@cache
def english_words() -> frozenset[str]:
    """Whole pieces that are English: no German text says the same."""
    old = {text for entry in entries(german()) for text, _ in forms(entry)}
    return frozenset(old - {text for entry in entries(german()) for _, text in forms(entry)})


@cache
def english_phrases() -> frozenset[str]:
    """Parts of our sentences between their placeholders, as long as no German sentence has them too."""
    everything = "\n".join(new for entry in entries(german()) for _, new in forms(entry))
    parts = (part.strip() for text in english_words() for part in PLACEHOLDER.split(text))
    return frozenset(part for part in parts if len(part) > 11 and " " in part and part not in everything)


def english(html: str) -> Iterator[str]:
    theirs = WRITTEN.union(*Team.objects.values_list("name", "slug"))
    for piece in pieces(html):
        if piece in english_words() - theirs:
            yield piece
        yield from (phrase for phrase in english_phrases() if phrase in piece)


def test_the_search_for_english_finds_some(secrets, ana):
    client = Client()
    client.force_login(ana)
    assert len(set(english(client.get("/").content.decode()))) > 10


def test_a_german_reader_meets_no_english_sentence_of_ours(secrets, ana, ben, talk):
    Reading.objects.update(tone="negative", kinds=["complaint"])
    routing.assign(talk, to=ana, actor=ana)
    routing.hand_over(talk, team=Team.objects.get(slug="people"), actor=ana)
    outgoing = responding.send(talk, text="We look into it.", version=1, actor=ana)
    assert isinstance(outgoing, Outgoing)
    Outgoing.objects.update(state="unknown", trouble="The sender stopped while sending.", send_after=timezone.now())
    type(ana).objects.filter(pk=ana.pk).update(language="de")
    found, client = set[tuple[str, str]](), Client()
    client.force_login(ana)
    for name, path, folder in everywhere.ALL:
        if name == "account_logout":
            continue
        response = client.get(everywhere.fill(path, folder, secrets), {"q": "late"} if name == "search" else {})
        if response.get("Content-Type", "").startswith("text/html"):
            found |= {(name, text) for text in english(response.content.decode())}
    assert found == set()


def test_nobody_in_particular_reads_the_language_of_the_browser(ana):
    client, found = Client(headers={"Accept-Language": "de"}), set[tuple[str, str]]()
    for url in (*OPEN, "/accounts/login/?next=/nowhere/"):
        response = client.get(url)
        if response.get("Content-Type", "").startswith("text/html"):
            found |= {(url, text) for text in english(response.content.decode())}
    assert found == set()


def test_the_first_page_of_all_is_german_for_a_german_browser(db):
    page = Client(headers={"Accept-Language": "de"}).get("/start/").content.decode()
    assert "Rapport ist noch nicht eingerichtet" in page
    assert set(english(page)) == set()


def test_a_refusal_is_said_in_the_language_of_whoever_asked(ben):
    with translation.override("de"):
        reasons = [no.reason for ability in WORDS if (no := refusal(ben, ability))]
    assert "Ihre Rolle (Mitglied) erlaubt es nicht, das Protokoll zu lesen." in reasons


def test_every_state_that_refuses_has_a_sentence_of_its_own():
    assert set(responding.TOO_LATE) == set(FLOWS["outgoing"].states) - {"failed"}
    assert set(responding.AT_REST) == set(FLOWS["channel"].states) - {"listening", "needs_sign_in"}
    assert set(routing.ALREADY) == set(FLOWS["conversation"].states) - {"waiting"}

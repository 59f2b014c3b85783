"""Every page, full, empty and in error, in both themes, wide and narrow: no barrier, no sideways scrolling."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Running, rapport, violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

FULL = [
    "/",
    "/inbox/",
    "/inbox/?view=all",
    "/inbox/?view=closed",
    "/inbox/rules/",
    "/inbox/rules/history/",
    "/listen/",
    "/listen/coverage/",
    "/listen/coverage/?all=1",
    "/listen/coverage/?month=2026-02",
    "/listen/connect/",
    "/listen/connect/bluesky/",
    "/listen/briefs/",
    "/listen/briefs/new/",
    "/listen/briefs/from-brandwatch/",
    "/listen/imports/",
    "/listen/quarantine/",
    "/listen/set-aside/",
    "/search/",
    "/search/?q=ferry",
    "/search/exports/",
    "/people/",
    "/course/",
    "/course/counts/",
    "/course/question/",
    "/course/lines/",
    "/course/lines/new/",
    "/course/question/?q=late",
    "/course/alarms/",
    "/course/response/",
    "/course/warnings/",
    "/course/voice/",
    "/course/events/",
    "/course/events/new/",
    "/course/marketing/",
    "/course/desk/",
    "/course/desk/agreement/",
    "/course/desk/guidance/",
    "/course/desk/coders/",
    "/settings/",
    "/settings/teams/",
    "/settings/teams/new/",
    "/settings/hours/",
    "/settings/members/",
    "/settings/members/new/",
    "/settings/record/",
    "/settings/archive/",
    "/settings/readers/",
    "/settings/readers/tone/",
    "/settings/readers/noise/",
    "/settings/me/",
    "/notices/",
    "/help/",
    "/accounts/password/change/",
    "/accounts/logout/",
]
FOUND = {  # a page that has one of these links to the page behind it
    "/inbox/?view=all": r"/inbox/\d+/",
    "/course/events/": r"/course/events/\d+/",
    "/listen/": r"/listen/channels/\d+/",
    "/listen/briefs/": r"/listen/briefs/\d+/",
    "/people/": r"/people/\d+/",
    "/settings/teams/": r"/settings/teams/\d+/",
    "/settings/hours/": r"/settings/hours/\d+/",
    "/settings/members/": r"/settings/members/\d+/",
}
WRONG = [
    "/nothing/here/",
    "/inbox/99999999/",
    "/people/99999999/",
    "/search/?q=(",
    "/inbox/?q=tnoe:negative",
    "/search/?q=zzqqxxyy",
    "/listen/connect/carrier-pigeon/",
]
OUTSIDE = ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/start/"]
# These need a file, or a channel of a kind that the sample has not: they have a test.
IMPORTING = {"/listen/imports/new/<str:name>/", "/listen/imports/<int:key>/"}
BROUGHT = {"/listen/channels/<int:key>/mapping/", "/listen/channels/<int:key>/secret/"}
LABELLED = {
    "/settings/readers/tone/label/",
    "/settings/readers/tone/label/back/",
    "/settings/readers/tone/label/<int:key>/",
}  # posted to
CODED = {
    "/course/desk/code/",
    "/course/desk/back/",
    "/course/desk/more/",
    "/course/desk/labels/",
    "/course/desk/agreement/<int:key>/",
}  # posted to
FOLLOWED = {
    "/course/lines/<int:key>/",
    "/course/lines/<int:key>/goal/",
    "/course/goals/<int:key>/",
    "/course/alarms/<int:key>/",
}
WARNED = """
INSERT INTO rapport_earlywarning
    (brief_id, kind, since, until, count, expected, chance, lasting, hours, messages, opened_at)
VALUES (?, '', '2026-11-20 08:00:00', '2026-11-20 10:00:00', 19, 2.5, 1e-9, 0, '[[9, 1.2], [10, 1.3]]', '[]',
    '2026-11-20 09:10:00')
"""
TALKED_OF = {
    "/course/events/<int:key>/",
    "/course/events/<int:key>/edit/",
    "/course/events/<int:key>/undo/",  # posted to
    "/course/warnings/<int:key>/",
    "/course/warnings/<int:key>/open/",  # posted to
    "/course/warnings/places/",  # posted to
}
SPENT = {
    "/course/marketing/new/<str:name>/",
    "/course/marketing/tables/<int:key>/undo/",  # posted to
}
JUDGED = {"/listen/briefs/<int:key>/noise/", "/listen/briefs/judge/<int:key>/"}

Theme = Literal["light", "dark"]
Look = tuple[int, Theme, bool]
LOOKS: list[Look] = [(1440, "light", True), (360, "dark", True)]  # wide and narrow, and each theme once


def faults(page: Page) -> list[str]:
    """What is wrong with the page that is open, in each of these widths and themes."""
    found = []
    for width, theme, contrast in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        found += [f"{width} {theme}: {violation}" for violation in violations(page, contrast=contrast)]
        if (over := page.evaluate("document.documentElement.scrollWidth - window.innerWidth")) > 0:
            found.append(f"{width} {theme}: {page.url}: {over} px too wide")
    lines = page.inner_text("body").splitlines()
    return found + [f"{page.url} says {line}" for line in lines if line.strip() in ("True", "False", "None", "nan")]


@pytest.mark.parametrize("path", [*FULL, *WRONG])
def test_a_page(visit, demo, signed_in, path):
    assert not faults(visit(demo.url + path, cookies=signed_in))


@pytest.mark.parametrize(("path", "behind"), FOUND.items())
def test_a_page_behind_a_page(visit, demo, signed_in, path, behind):
    page = visit(demo.url + path, cookies=signed_in)
    found = re.search(rf'href="({behind})', page.content())
    assert found, f"{path} leads nowhere"
    page.goto(demo.url + found[1])
    assert not faults(page)


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_page_outside(visit, demo, path):
    assert not faults(visit(demo.url + path))


def test_the_pages_of_an_import(visit, demo, signed_in, tmp_path):
    file = tmp_path / "letters.csv"
    file.write_text("id,text,author,time\nl-1,The gangway was steep,kim,2026-11-19T10:00:00Z\nl-2,,lee,yesterday\n")
    page = visit(f"{demo.url}/listen/imports/", cookies=signed_in)
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Send it up").click()
    page.wait_for_url(re.compile(r"/listen/imports/new/"))
    page.get_by_label("Name of the new channel").fill("Letters")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("What the first rows become")).to_be_visible()
    found = faults(page)
    page.get_by_role("button", name="Begin to import").click()
    page.wait_for_url(re.compile(r"/listen/imports/\d+/"))
    expect(page.get_by_text("Everything is read")).to_be_visible(timeout=60_000)
    assert not found + faults(page)


def test_the_page_on_which_matches_of_a_brief_are_judged(visit, demo, signed_in):
    page = visit(f"{demo.url}/listen/briefs/", cookies=signed_in)
    found = re.search(r"/listen/briefs/\d+/", page.content())
    page.goto(f"{demo.url}{found[0]}noise/")
    assert not faults(page)
    page.locator("form[action$='/noise/draw/'] button").click()
    page.wait_for_url(re.compile("/noise/$"))
    assert not faults(page)
    page.get_by_role("button", name="Noise", exact=True).click()
    page.goto(f"{demo.url}{found[0]}?query=*")
    expect(page.get_by_text("1 judged match")).to_be_visible()
    expect(page.get_by_text("Not saved yet")).to_be_visible()
    assert not faults(page)


def test_the_page_on_which_one_labels_by_keys(visit, demo, signed_in):
    page = visit(f"{demo.url}/settings/readers/tone/label/", cookies=signed_in)
    page.get_by_role("button", name="Draw 50 messages").click()
    expect(page.get_by_text("0 of 50 in this draw")).to_be_visible()
    for key, place in (("1", "1 of 50"), ("4", "2 of 50"), ("Backspace", "1 of 50"), ("3", "2 of 50")):
        page.keyboard.press(key)
        expect(page.get_by_text(f"{place} in this draw")).to_be_visible(timeout=20_000)
        page.wait_for_load_state()
    assert not faults(page)


OWN_READERS = """
import django
django.setup()
from tests.server.test_own_reader import made
made("lost", days=40)
made("off", days=30)
made("beside", days=15)
"""
"""A trial that was lost, one that was won and switched off again, and one whose two weeks are over."""


def test_the_desk_at_which_one_codes_by_keys(visit, demo, signed_in):
    page = visit(f"{demo.url}/course/desk/coders/", cookies=signed_in)  # in the sample some code already
    page.get_by_label("Add somebody").select_option(index=0)
    page.locator("#coder-languages").fill("en, de, es, fr")
    page.get_by_role("button", name="Add", exact=True).click()
    place = page.locator("#desk-place")
    for _attempt in range(60):  # the worker closes the day soon after it has started
        page.goto(f"{demo.url}/course/desk/")
        if page.get_by_role("button", name="Code a few more").is_visible():
            page.keyboard.press("Enter")
        if place.is_visible() or page.get_by_role("button", name="Code a few more").is_visible():
            break
        page.wait_for_timeout(1000)
    expect(place).to_contain_text("0 of")
    first, found = page.locator("[data-desk-text]").inner_text(), faults(page)
    page.keyboard.press("h")
    expect(page.get_by_text("Code the words, not the topic")).to_be_visible()
    few = "of 1 " in place.inner_text()  # of the sample's last day, whatever it brought
    page.keyboard.press("2")
    if few:
        expect(page.get_by_text("That is all for today. Thank you.")).to_be_visible()
    else:
        expect(place).to_contain_text("1 of")
        assert page.locator("[data-desk-text]").inner_text() != first
    found += faults(page)
    page.keyboard.press("z")
    expect(place).to_contain_text("0 of")
    assert page.locator("[data-desk-text]").inner_text() == first
    while place.is_visible():
        told = place.inner_text()
        page.keyboard.press("0")
        expect(page.locator("#desk")).not_to_contain_text(told)
    expect(page.get_by_text("That is all for today. Thank you.")).to_be_visible()
    assert not found + faults(page)


def test_the_page_of_an_organisations_own_reader(visit, demo, signed_in):
    there = {**os.environ, "RAPPORT_HOME": str(demo.home)}
    subprocess.run([sys.executable, "-c", OWN_READERS], env=there, check=True)
    page = visit(f"{demo.url}/settings/readers/tone/", cookies=signed_in)
    page.get_by_text("Let its word count").click()
    found = faults(page)
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("button", name="Back to the default reader")).to_be_visible()
    found += faults(page)
    page.get_by_role("button", name="Back to the default reader").click()
    expect(page.get_by_text("The default reader’s word counts again")).to_be_visible()
    assert not found


def test_the_page_of_what_is_exported(visit, demo, signed_in):
    page = visit(f"{demo.url}/search/exports/", cookies=signed_in)
    page.get_by_label("Query", exact=True).fill("ferry")
    page.get_by_role("button", name="Begin to export").click()
    expect(page.get_by_role("link", name="Download").first).to_be_visible(timeout=60_000)
    assert not faults(page)


@pytest.mark.parametrize("query", ['(ferry NEAR/5 late) AND site:example.com AND "gang*way"', "(ferry OR"])
def test_the_page_of_a_query_from_brandwatch(visit, demo, signed_in, query):
    page = visit(f"{demo.url}/listen/briefs/from-brandwatch/", cookies=signed_in)
    page.locator("textarea[name=text]").fill(query)
    page.locator("main form").get_by_role("button").first.click()
    page.wait_for_load_state()
    assert query in page.locator("textarea[name=text]").input_value()
    assert not faults(page)


def test_the_pages_of_a_channel_to_which_messages_are_brought(visit, demo, signed_in):
    page = visit(f"{demo.url}/listen/connect/webhook/", cookies=signed_in)
    page.get_by_label("Name", exact=True).fill("reviews")
    page.get_by_label("What stands where").fill("text=body, name=who")
    page.get_by_label("An example").fill('{"id": 1, "body": "Where is it?", "who": "Kim", "time": 1795197840}')
    page.get_by_role("button", name="Try the example").click()
    expect(page.locator("#tried").get_by_text("Where is it?")).to_be_visible()
    found = faults(page)
    page.get_by_role("button", name="Connect").click()
    page.wait_for_url(re.compile(r"/listen/channels/\d+/"))
    found += faults(page)
    page.get_by_role("link", name="Change").click()
    page.wait_for_url(re.compile("/mapping/"))
    found += faults(page)
    page.go_back()
    page.get_by_role("button", name="Make the secret").click()
    expect(page.locator("#secret")).to_be_visible()
    assert not found + faults(page)


def test_the_pages_of_a_line_that_is_followed(visit, demo, signed_in):
    page = visit(f"{demo.url}/course/lines/new/", cookies=signed_in)
    page.get_by_label("Name", exact=True).fill("Gangways")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/course/lines/\d+/"))
    found, key = faults(page), int(page.url.rstrip("/").rpartition("/")[2])
    page.get_by_role("link", name="Set a goal").click()
    page.get_by_label("Target").fill("20")
    page.get_by_label("Until").fill("2031-03-01")
    found += faults(page)
    page.get_by_role("button", name="Save the goal").click()
    page.wait_for_url(re.compile(r"/course/\?line="))
    found += faults(page)
    page.get_by_role("link", name="Change the goal").click()
    found += faults(page)
    with sqlite3.connect(demo.home / "rapport.sqlite3", timeout=30) as database:
        row = (key, "red", "2026-11-02", "2026-11-20 08:00:00", "{}")
        database.execute("INSERT INTO rapport_alarm (line_id, kind, day, rang_at, found) VALUES (?, ?, ?, ?, ?)", row)
    page.goto(f"{demo.url}/course/alarms/")
    page.locator("a.needs__row", has_text="Gangways").click()
    expect(page.get_by_label("Say what happened")).to_be_visible()
    assert not found + faults(page)


def test_the_pages_of_an_event_and_of_a_warning(visit, demo, signed_in):
    page = visit(f"{demo.url}/course/events/new/", cookies=signed_in)
    page.get_by_label("Name", exact=True).fill("Gangway week")
    page.get_by_label("Or words of its own").fill("ferry")
    page.get_by_label("First day").fill("2026-10-05")
    page.get_by_label("Last day").fill("2026-10-09")
    page.get_by_role("button", name="Save").click()
    page.wait_for_url(re.compile(r"/course/events/\d+/"))
    found = faults(page)
    page.get_by_role("link", name="Change").click()
    found += faults(page)
    with sqlite3.connect(demo.home / "rapport.sqlite3", timeout=30) as database:
        brief = database.execute("SELECT id FROM rapport_brief ORDER BY id").fetchone()[0]
        database.execute(WARNED, (brief,))
    page.goto(f"{demo.url}/course/warnings/")
    page.locator("main a[href^='/course/warnings/']:not([href$='/warnings/'])").first.click()
    page.wait_for_url(re.compile(r"/course/warnings/\d+/"))
    assert not found + faults(page)


def test_a_table_of_spending_is_looked_at_before_it_is_kept(visit, demo, signed_in):
    page = visit(f"{demo.url}/course/marketing/", cookies=signed_in)
    table = b"week,search spend,bookings\n2026-09-07,1726,168\n2026-09-14,2270,165\n"
    file = {"name": "spent.csv", "mimeType": "text/csv", "buffer": table}
    page.get_by_label("A table of spending and outcomes").set_input_files(file)
    page.get_by_role("button", name="Send it up").click()
    page.wait_for_url(re.compile(r"/course/marketing/new/"))
    assert not faults(page)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with rapport(tmp_path_factory.mktemp("empty") / "var") as running:
        yield running


def test_every_page_empty_from_the_first_run_on(visit, empty):
    """Set up through the browser, then every page of an organisation in which nothing has happened yet."""
    start = re.search(r"\S+/start/\?token=\S+", empty.words)[0]
    page = visit(empty.url)
    assert "token" in page.content().lower()  # without it, the page says where to find it
    page.goto(start)
    found = faults(page)
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_label(re.compile("organisation", re.I)).first.fill("Calm Ferries")
    page.get_by_label(re.compile("your name", re.I)).fill("Ana Lind")
    page.get_by_label(re.compile("mail", re.I)).fill("ana@calm.example")
    for field in page.locator("input[type=password]").all():
        field.fill("quiet harbour 41")
    page.get_by_role("button", name=re.compile("set up|begin|create|start", re.I)).first.click()
    page.wait_for_url(lambda url: "token" not in url)
    found += faults(page)
    for path in FULL:
        page.goto(empty.url + path)
        found += faults(page)
    assert not found
    page.goto(start)
    assert "start/?token" not in page.url  # it works once


def test_the_url_conf_has_no_page_that_these_tests_pass_over():
    from django.urls import URLResolver, get_resolver

    def paths(patterns, before="/"):
        for pattern in patterns:
            here = before + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from paths(pattern.url_patterns, here)
            else:
                yield here

    seen = (
        {re.sub(r"\?.*", "", path) for path in FULL + OUTSIDE}
        | IMPORTING
        | BROUGHT
        | JUDGED
        | LABELLED
        | FOLLOWED
        | CODED
        | TALKED_OF
        | SPENT
    )
    seen |= {pattern.replace(r"\d+", "<int:key>") for pattern in FOUND.values()}
    seen |= {"/listen/connect/<str:name>/", "/settings/readers/<slug:reader>/"}
    # Fragments, files, and doors that are posted to; they are no pages of their own.
    parts = re.compile(
        r"^/(health|theme|hooks)/|/(now|new|bulk|change|sign-in|preview|progress|rejects\.csv|export|try|verify|about|next|sample|loading)/?$"
        r"|/own/<int:key>/(on|off)/$|/(draw|earlier|upkeep|bring-back|retry|list|file|delete|clear|remove|explain|close|reopen|annotations|restore/<str:name>|caution|private|draw|read|notices/<int:key>)/$"
        r"|<slug:action>|<str:state>|<str:what>|export\.|<slug:form>|\.csv$|^/accounts/"
    )
    assert not [path for path in paths(get_resolver().url_patterns) if path not in seen and not parts.search(path)]

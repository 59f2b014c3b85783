"""What a member does all day, in a real browser, on the sample that is alive."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def open_one(page: Page, demo, view: str = "all") -> Page:
    """The newest conversation on Bluesky that waits for an answer."""
    page.goto(f"{demo.url}/inbox/?q=channel:Bluesky+is:open")
    page.locator("a[data-row], [data-row] a").first.click()
    expect(page.locator("#conversation[data-open]")).to_be_visible()
    return page


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_sign_in_find_a_conversation_answer_and_close(visit, demo, script):
    page = sign_in(visit(demo.url, script=script), demo)
    open_one(page, demo)
    words = f"Thank you for writing. We have looked into it ({'with' if script else 'without'} script)."
    composer = page.locator("#conversation form", has=page.locator("textarea")).last
    composer.locator("textarea").fill(words)
    composer.get_by_role("button", name=re.compile("^Send")).click()
    thread = page.locator(".thread")
    expect(thread.get_by_text(words)).to_be_visible()
    for _ in range(40):  # without script the page is looked at again by hand
        if (
            page.locator(".thread .message", has_text=words)
            .get_by_text(re.compile("queued|sending|leaves", re.I))
            .count()
            == 0
        ):
            break
        page.wait_for_timeout(500)
        if not script:
            page.reload()
    page.reload()
    expect(page.locator(".thread .message", has_text=words)).to_have_count(1)
    close = page.locator("#conversation").get_by_role("button", name=re.compile("Close"))
    close.first.click()
    page.goto(f"{demo.url}/inbox/?view=closed")
    expect(page.locator(".list")).to_be_visible()


def test_an_answer_can_be_taken_back_before_it_leaves(visit, demo):
    page = open_one(sign_in(visit(demo.url), demo), demo)
    composer = page.locator("#conversation form", has=page.locator("textarea")).last
    composer.locator("textarea").fill("Not like this.")
    composer.get_by_role("button", name=re.compile("^Send")).click()
    page.get_by_role("button", name=re.compile("Take it back|Undo")).first.click()
    expect(page.locator("#conversation textarea").last).to_have_value("Not like this.")


def test_the_inbox_is_walked_with_the_keyboard(visit, demo):
    page = sign_in(visit(demo.url), demo)
    page.goto(f"{demo.url}/inbox/?view=all")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator("#conversation[data-open]")).to_be_visible()
    page.keyboard.press("r")
    expect(page.locator("#conversation textarea").last).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(re.compile(r"/$"))


def test_a_file_that_is_dropped_arrives_so_the_listener_and_the_worker_are_alive(visit, demo):
    page = sign_in(visit(demo.url), demo)
    page.goto(f"{demo.url}/inbox/?view=all")
    top = page.locator("[data-row] .row__link").first.inner_text()
    now = datetime.now(UTC).isoformat()
    line = f"id,text,author,time\nd-1,The zorbotron lounge was closed again,kim,{now}\n"
    (demo.home / "drop" / "fresh.csv").write_text(line)
    expect(page.locator(".newbar")).to_contain_text("new", timeout=90_000)
    assert page.locator("[data-row] .row__link").first.inner_text() == top  # nothing jumps
    page.locator(".newbar").click()
    expect(page.get_by_text("The zorbotron lounge was closed again").first).to_be_visible()


def test_a_wrong_query_is_marked_where_it_is_wrong(visit, demo):
    page = sign_in(visit(demo.url), demo)
    page.goto(f"{demo.url}/search/?q=ferry+tnoe:negative")
    expect(page.get_by_text("Did you mean")).to_be_visible()

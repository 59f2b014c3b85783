"""What hands and eyes rely on: keys, the place in a list, what saves itself, paper, and no script at all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

PICTURES_ARE_THERE = "[...document.images].every(one => one.complete && one.naturalWidth)"
LIST = "document.querySelector('#list').scrollTop"


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.closest('[data-row]')?.id ?? ''")


def test_the_row_that_the_keys_walk_to_has_a_ring_and_stays_in_view(visit, demo, signed_in):
    page = visit(f"{demo.url}/inbox/?view=all", cookies=signed_in)
    for _ in range(20):
        page.keyboard.press("j")
    row = page.locator(f"#{focused(page)}")
    expect(row).to_be_in_viewport(ratio=0.95)
    ring = row.locator(".row__link").evaluate("link => getComputedStyle(link, '::after').outlineWidth")
    assert ring == "2px"


def test_opening_a_conversation_keeps_the_list_and_back_comes_back_to_it(visit, demo, signed_in):
    page = visit(f"{demo.url}/inbox/?view=all", cookies=signed_in)
    page.locator("#list").evaluate("list => list.scrollTop = 1e6")
    expect(page.locator("[data-row]").nth(70)).to_be_attached()  # the next fifty came by themselves
    page.locator("#list").evaluate("list => list.scrollTop = 3500")
    link = page.locator("[data-row] .row__link").nth(62)
    who = link.locator("bdi").inner_text()
    link.click()
    expect(page).to_have_title(re.compile(f"^{re.escape(who)} · Inbox · Merrow Line$"))
    expect(page).to_have_url(re.compile(r"/inbox/\d+/\?view=all$"))
    assert page.evaluate(LIST) == 3500
    page.go_back()
    expect(page).to_have_url(re.compile(r"/inbox/\?view=all$"))
    expect(page.locator("#conversation[data-open]")).to_have_count(0)
    until(page, f"{LIST} === 3500")


def test_a_conversation_that_cannot_be_fetched_says_so_and_keeps_the_list(visit, demo, signed_in):
    page = visit(f"{demo.url}/inbox/?view=all", cookies=signed_in)
    page.route(re.compile(r"/inbox/\d+/"), lambda route: route.abort())
    page.locator("[data-row] .row__link").first.click()
    expect(page.locator(".live")).to_contain_text("cannot be reached")
    expect(page.locator("[data-row]").first).to_be_visible()


def test_a_draft_saves_itself_and_says_so(visit, demo, signed_in):
    page = visit(f"{demo.url}/inbox/?q=channel:Mastodon+is:open", cookies=signed_in)
    page.locator("[data-row] .row__link").first.click()
    page.locator("#composer-text").fill("We are looking into it")
    expect(page.get_by_text("Draft saved")).to_be_visible()
    page.reload()
    expect(page.locator("#composer-text")).to_have_value("We are looking into it")
    page.locator("#composer-text").fill("")
    expect(page.get_by_text("Draft saved")).to_be_visible()


def test_a_notice_can_be_read_in_peace_and_then_goes(visit, demo, signed_in):
    page = visit(f"{demo.url}/settings/me/", cookies=signed_in)
    page.clock.install()
    page.get_by_role("button", name="Save").click()
    notice = page.locator(".live .notice")
    page.clock.run_for(4_000)
    expect(notice).to_be_visible()
    page.clock.run_for(30_000)
    expect(notice).to_have_count(0)


def test_escape_leaves_a_field_and_closes_a_menu(visit, demo, signed_in):
    page = visit(f"{demo.url}/inbox/?view=all", cookies=signed_in)
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#search")).not_to_be_focused()
    page.keyboard.press("f")
    expect(page.locator("#inbox-search")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#inbox-search")).to_be_hidden()


@pytest.mark.parametrize(("key", "path"), [("c", "/course/"), ("l", "/listen/"), ("p", "/people/"), ("i", "/inbox/")])
def test_g_and_a_letter_go_to_a_page(visit, demo, signed_in, key, path):
    page = visit(demo.url, cookies=signed_in)
    page.keyboard.press("g")
    page.keyboard.press(key)
    expect(page).to_have_url(demo.url + path)


def test_nothing_moves_for_whoever_wants_no_motion(visit, demo, signed_in):
    page = visit(f"{demo.url}/settings/me/", cookies=signed_in)
    page.emulate_media(reduced_motion="reduce")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".live .notice")).to_have_css("animation-name", "none")


def test_the_course_on_paper_is_the_charts_and_their_words(visit, demo, signed_in):
    page = visit(f"{demo.url}/course/counts/", cookies=signed_in, theme="dark")
    pictures = page.locator(".picture img")
    assert pictures.count() >= 4
    until(page, PICTURES_ARE_THERE)
    page.emulate_media(media="print", color_scheme="light")
    for hidden in (".rail", ".bar", ".chart__foot >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(pictures.last).to_be_visible()
    expect(page.locator(".chart__title").first).to_be_visible()


@pytest.mark.parametrize("path", ["/course/", "/course/counts/"])
def test_a_chart_has_its_place_before_it_is_drawn(visit, demo, signed_in, path):
    page = visit("about:blank", cookies=signed_in, width=390)
    page.route(re.compile(r"\.svg\?"), lambda route: route.abort())
    page.goto(demo.url + path)
    kept = [box.bounding_box()["height"] for box in page.locator(".picture img").all()]
    page.unroute_all()
    page.goto(demo.url + path)
    until(page, PICTURES_ARE_THERE)
    drawn = [box.bounding_box()["height"] for box in page.locator(".picture img").all()]
    assert kept == pytest.approx(drawn, abs=1)


def test_on_a_phone_the_tab_of_the_open_page_is_in_view(visit, demo, signed_in):
    page = visit(f"{demo.url}/listen/set-aside/", cookies=signed_in, width=360)
    expect(page.locator(".tabs > [aria-current]")).to_be_in_viewport(ratio=0.95)


def test_without_script_a_conversation_is_taken_tagged_noted_closed_and_opened_again(visit, demo, signed_in):
    page = visit(f"{demo.url}/inbox/?view=unowned", cookies=signed_in, script=False)
    page.locator("[data-row] .row__link").first.click()
    here = page.url.replace("view=unowned", "view=all")
    page.goto(here)
    page.locator("#conversation").get_by_label(re.compile("^Assign")).first.click()
    page.get_by_role("button", name="Me", exact=True).click()
    page.locator("#conversation").get_by_label(re.compile("^Tag")).first.click()
    page.locator("#conversation input[name=tags]").fill("by-hand")
    page.locator("#conversation form", has=page.locator("input[name=tags]")).get_by_role("button").click()
    page.locator(".composer__tabs").get_by_text("Note").click()
    page.locator("#composer-text").fill("Told the captain.")
    page.get_by_role("button", name="Save note").click()
    expect(page.locator(".message--note")).to_contain_text("Told the captain.")
    page.get_by_role("button", name="Close").click()
    page.goto(here)
    page.get_by_role("button", name=re.compile("Reopen|Open again")).click()
    expect(page.locator(".thread")).to_contain_text("tagged it by-hand")
    expect(page.locator(".thread")).to_contain_text("opened it again")

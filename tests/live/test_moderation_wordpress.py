"""Comments are hidden, shown, marked as spam and deleted on a real WordPress, and a sender is killed in the middle."""

from __future__ import annotations

import pytest

from tests.live.office import Office, until
from tests.live.wordpress_site import WordPressSite, start_wordpress_site

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def site(wordpress_site: WordPressSite):
    """One of its own, on which nothing was said yet."""
    with start_wordpress_site() as site:
        yield site


@pytest.fixture(scope="module")
def office(site: WordPressSite, browser, tmp_path_factory) -> Office:
    office = Office(tmp_path_factory.mktemp("moderation") / "var")
    answers = {
        "Address of the site": site.url,
        "User name": "ferry",
        "Application password": site.passwords["ferry"],
    }
    office.set_up(browser, "WordPress", answers)
    return office


@pytest.fixture(scope="module")
def post(site: WordPressSite) -> int:
    return site.publish("The winter timetable")


def standing(site: WordPressSite, comment: int) -> str:
    """What became of a comment, as the site's own administrator sees it."""
    return str(site.ask("ana", "GET", f"comments/{comment}", context="edit")["status"])


def moderate(page, what: str) -> None:
    """In the open conversation."""
    page.locator(".message--them").get_by_role("link", name="Moderate").last.click()
    page.get_by_label(what).check()
    page.get_by_label("Why?").fill("It names a third person.")
    page.get_by_role("button", name="Do it").click()
    page.get_by_text("It is being done on the platform.").wait_for()


def at_rest(office: Office) -> bool:
    """Nothing is under way."""
    return {state for (state,) in office.rows("SELECT DISTINCT state FROM rapport_moderation")} == {"done"}


def test_a_comment_is_hidden_and_shown_and_the_conversation_says_by_whom(
    office: Office, site: WordPressSite, post: int, visit
) -> None:
    with office.open(RAPPORT_UNDO_SECONDS="1") as running:
        comment = site.visitor("My refund for order wkqv1, and call Kim about it.", post, name="Cleo")
        assert standing(site, comment) == "approved"
        ben = office.sign_in(visit(running.url), running, "Ben")
        office.read(ben, running, "wkqv1")
        moderate(ben, "Hide it on the site")
        until(lambda: standing(site, comment) == "hold", seconds=60)
        until(lambda: at_rest(office))
        ben.reload()
        ben.get_by_text("hid what Cleo said on the site").wait_for()
        moderate(ben, "Show it on the site again")
        until(lambda: standing(site, comment) == "approved", seconds=60)
        until(lambda: at_rest(office))


@pytest.mark.parametrize(
    ("who", "what", "then", "point", "attempts"),
    [
        ("Ben", "Mark it as spam there", "spam", "moderate.before_call", 2),
        ("Ana", "Delete it on the site", "trash", "moderate.after_call", 2),
    ],
)
def test_a_sender_that_is_killed_does_it_in_the_end(
    office: Office, site: WordPressSite, post: int, visit, tmp_path, who, what, then, point, attempts
) -> None:
    mark, word = tmp_path / "mark", f"order-{then}"
    killed = {"RAPPORT_CRASH_AT": point, "RAPPORT_CRASH_MARK": str(mark), "RAPPORT_UNDO_SECONDS": "1"}
    with office.open(**killed) as running:
        comment = site.visitor(f"Where is the refund for {word}?", post, name="Cleo")
        page = office.sign_in(visit(running.url), running, who)
        office.read(page, running, word)
        moderate(page, what)
        until(mark.exists)
        until(lambda: standing(site, comment) == then)
        until(lambda: at_rest(office))
        assert office.rows("SELECT attempts FROM rapport_moderation ORDER BY id")[-1] == (attempts,)
        until(lambda: "ended with -9" in running.log)


def test_the_record_of_all_this_holds(office: Office) -> None:
    assert "The record holds" in office.command("audit", "verify")

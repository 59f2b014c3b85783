"""The connector against a real WordPress, with visitors who use its own form."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx
import pytest

from rapport.connectors import http
from rapport.connectors.checks import cursor_wrongs, page_wrongs
from rapport.connectors.contract import Account, BringsBack, Moderates, Rechecks, Sends
from rapport.connectors.wordpress import connector, site
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown, RateLimited
from rapport.core.types import Absent, Message, Page, Receipt, Reply

from .wordpress_site import WordPressSite

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


@pytest.fixture
def us(wordpress_site: WordPressSite) -> Account:
    return wordpress_site.account("ferry")


@pytest.fixture
def post(wordpress_site: WordPressSite) -> int:
    return wordpress_site.publish(f"We sail again & again {uuid4().hex[:6]}")


def hear(account: Account, cursor: str = "") -> tuple[list[Page], str]:
    pages = list(connector.fetch(account, "comments", cursor))
    for page in pages:
        assert list(page_wrongs(page, "wordpress")) == []
    return pages, pages[-1].cursor


def heard(account: Account, *comments: int, cursor: str = "") -> list[Message]:
    """The messages that these comments became."""
    found = {message.external_id: message for page in hear(account, cursor)[0] for message in page.messages}
    return [found[named(account, comment)] for comment in comments]


def named(account: Account, comment: int) -> str:
    return f"{account.config['url'].removeprefix('http://')}#comment-{comment}"


def ids(account: Account, cursor: str = "") -> set[str]:
    return {message.external_id for page in hear(account, cursor)[0] for message in page.messages}


def answer_to(message: Message, text: str = "At ten, from quay 3.", *, ago: float = 0) -> Reply:
    return Reply(
        idempotency_key=str(uuid4()),
        text=text,
        created_at=datetime.now(UTC) - timedelta(minutes=ago),
        parent_id=message.external_id,
        parent_ref=message.ref,
        thread_id=message.thread_id,
    )


@pytest.fixture
def question(wordpress_site: WordPressSite, us: Account, post: int) -> Message:
    (message,) = heard(us, wordpress_site.visitor("When does the last one leave?", post))
    return message


def number(message: Message | Receipt) -> int:
    return int(message.external_id.rpartition("-")[2])


# -- connecting --------------------------------------------------------------------------------------------------------


def test_it_can_do_what_its_platform_can() -> None:
    for ability in (Sends, Rechecks, BringsBack, Moderates):
        assert isinstance(connector, ability)


def test_we_know_who_we_are(us: Account) -> None:
    profile = connector.check(us)
    assert profile.external_id == named(us, 2).replace("comment", "user")
    assert profile.name == "Ferry"
    assert profile.deaf == ""
    assert us.secrets["root"].endswith("rest_route=/")


@pytest.mark.parametrize("name", ["ferry", "ben", "sue"])
def test_a_password_that_died_is_noticed_although_wordpress_goes_on_answering(
    wordpress_site: WordPressSite, name: str
) -> None:
    dead = wordpress_site.account(name, password="abcd efgh ijkl")
    with pytest.raises(NeedsSignIn):
        connector.check(dead)
    with pytest.raises(NeedsSignIn):
        hear(dead)


def test_pretty_addresses_are_found_too(wordpress_site: WordPressSite, us: Account, question: Message) -> None:
    wordpress_site.run(
        'global $wp_rewrite; $wp_rewrite->set_permalink_structure("/%postname%/"); flush_rewrite_rules();'
    )
    try:
        connector.check(us)
        assert us.secrets["root"].endswith("/wp-json/")
        assert question.external_id in ids(us)
    finally:
        wordpress_site.run('global $wp_rewrite; $wp_rewrite->set_permalink_structure("");')


def test_a_site_on_which_comments_are_switched_off_is_deaf(wordpress_site: WordPressSite, us: Account) -> None:
    with wordpress_site.option("default_comment_status", "closed"):
        for title in range(site.LOOKED_AT):
            wordpress_site.publish(f"Closed {title}")
    assert "switched off" in connector.check(us).deaf
    wordpress_site.publish("Open again")
    assert connector.check(us).deaf == ""


# -- hearing -----------------------------------------------------------------------------------------------------------


def test_a_comment_is_heard_with_what_it_is_about(wordpress_site: WordPressSite, us: Account, post: int) -> None:
    comment = wordpress_site.visitor("When does the <b>last</b> one leave?\n\nSee https://example.org/t?a=1&b=2", post)
    (message,) = heard(us, comment)
    assert message.text == "When does the last one leave?\n\nSee https://example.org/t?a=1&b=2"
    assert [span.value for span in message.spans] == ["https://example.org/t?a=1&b=2"]
    assert message.author.name == "Kim"
    assert "kim@example.com" not in repr(message)
    assert message.addressed
    assert abs(message.published_at - datetime.now(UTC)) < timedelta(minutes=1)
    about = next(m for page in hear(us)[0] for m in page.messages if m.external_id == f"{message.external_id}-post")
    assert about.text.startswith("We sail again & again")
    assert about.context
    assert about.thread_id == message.external_id
    assert about.published_at <= message.published_at


def test_the_same_visitor_is_one_and_two_of_a_name_are_two(
    wordpress_site: WordPressSite, us: Account, post: int
) -> None:
    told = [("one", "kim@example.com"), ("two", "kim@example.com"), ("three", "other@example.com")]
    comments = [wordpress_site.visitor(text, post, email=email) for text, email in told]
    one, two, three = (message.author.external_id for message in heard(us, *comments))
    assert one == two != three


def test_a_thread_is_one_thread(wordpress_site: WordPressSite, us: Account, question: Message) -> None:
    reply = connector.send(us, answer_to(question))
    thanks = wordpress_site.visitor("Thanks", question.ref["post"], parent=number(reply))
    ours, theirs = heard(us, number(reply), thanks)
    assert ours.thread_id == theirs.thread_id == question.external_id
    assert theirs.parent_id == reply.external_id
    assert ours.author.external_id == connector.check(us).external_id


def test_what_was_said_above_comes_along_however_old_it_is(
    wordpress_site: WordPressSite, us: Account, question: Message
) -> None:
    wordpress_site.run(
        f'wp_update_comment(["comment_ID" => {number(question)}, "comment_date" => "2020-01-01 10:00:00"]);'
    )
    between = wordpress_site.visitor("Same here", question.ref["post"], parent=number(question), name="Lee")
    wordpress_site.run(f'wp_update_comment(["comment_ID" => {between}, "comment_date" => "2020-01-02 10:00:00"]);')
    late = wordpress_site.visitor("And now?", question.ref["post"], parent=between, name="Mo")
    first, second, third = heard(us, number(question), between, late)
    assert [first.context, second.context, third.context] == [True, True, False]
    assert third.thread_id == question.external_id


def test_more_than_a_page_of_one_second_is_heard_whole_and_in_order(
    wordpress_site: WordPressSite, us: Account, post: int
) -> None:
    code = f"""for ($i = 0; $i < 230; $i++) wp_insert_comment(["comment_post_ID" => {post}, "comment_approved" => 1,
        "comment_author" => "Kim", "comment_content" => "number $i", "comment_author_email" => "k@example.com"]);"""
    wordpress_site.run(code)
    pages, cursor = hear(us)
    about = [m for page in pages for m in page.messages if m.text.startswith("number ")]
    assert [m.text for m in about] == [f"number {n}" for n in range(230)]
    assert len(pages) > 2
    assert list(cursor_wrongs(connector, us, "comments")) == []
    later = wordpress_site.visitor("after them", post)
    assert named(us, later) in ids(us, cursor)


def test_a_comment_that_is_deleted_while_we_page_costs_no_other(
    wordpress_site: WordPressSite, us: Account, post: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those behind it move up by one; with pages alone, the first of the next page would be passed over."""
    monkeypatch.setattr(site, "PAGE", 12)
    monkeypatch.setattr(site, "STEP_BACK", 3)
    comments = [wordpress_site.visitor(f"one of many, {n}", post, name=f"N{n}") for n in range(30)]
    start, seen = datetime.now(UTC) - timedelta(minutes=5), set[int]()
    with site.open_site(us) as asked:
        for items, _, _ in asked.window(start):
            seen |= {item["id"] for item in items}
            if doomed := [c for c in comments[:10] if c in seen]:
                for comment in doomed[:2]:
                    wordpress_site.ask("ana", "DELETE", f"comments/{comment}", force=True)
                    comments.remove(comment)
    assert set(comments) <= seen


def test_a_comment_that_waits_for_approval_is_heard_by_those_who_moderate(
    wordpress_site: WordPressSite, us: Account, post: int
) -> None:
    with wordpress_site.option("comment_moderation", "1"):
        held = wordpress_site.visitor("Is anybody there?", post)
    assert heard(us, held)[0].ref["status"] == "hold"
    assert named(us, held) not in ids(wordpress_site.account())


def test_a_comment_that_is_approved_a_day_later_is_heard_by_those_who_only_read(
    wordpress_site: WordPressSite, post: int
) -> None:
    with wordpress_site.option("comment_moderation", "1"):
        held = wordpress_site.visitor("Hello?", post)
    wordpress_site.run(
        f'wp_update_comment(["comment_ID" => {held}, "comment_date" => date("Y-m-d H:i:s", time() - 86400)]);'
    )
    reader = wordpress_site.account()
    _, cursor = hear(reader)
    wordpress_site.ask("ana", "POST", f"comments/{held}", status="approved")
    assert named(reader, held) not in ids(reader, cursor)
    mark = json.loads(cursor)
    an_hour_later = json.dumps(mark | {"deep": (datetime.now(UTC) - timedelta(minutes=61)).isoformat()})
    assert named(reader, held) in ids(reader, an_hour_later)


def test_no_comment_is_lost_when_the_clocks_go_back(wordpress_site: WordPressSite, us: Account, post: int) -> None:
    """The site's clock shows 02:50, and twenty minutes later 02:10; WordPress compares those."""
    before, after = "2025-10-26 00:50:00", "2025-10-26 01:10:00"
    comments = []
    for at in (before, after):
        told = f'"comment_date_gmt" => "{at}", "comment_date" => get_date_from_gmt("{at}")'
        comments.append(
            int(
                wordpress_site.run(
                    f'echo wp_insert_comment(["comment_post_ID" => {post}, "comment_approved" => 1, {told}, '
                    f'"comment_author" => "Kim", "comment_content" => "at {at}"]);'
                )
            )
        )
    now = datetime.now(UTC).isoformat()
    cursor = json.dumps({"since": "2025-10-26T00:50:00+00:00", "deep": now})
    assert named(us, comments[1]) in ids(us, cursor)


HOSTILE = (
    '<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)><a href="javascript:alert(4)">here</a>'
    '</svg><iframe src="//evil.example"></iframe><style>*{display:none}</style> &lt;script&gt;shown&lt;/script&gt; '
    '<a href="javascript:alert(5)">there</a>'
)


def test_hostile_html_becomes_text(wordpress_site: WordPressSite, us: Account, post: int) -> None:
    """WordPress cleans what visitors write; what a plugin lets through is cleaned here."""
    told = base64.b64encode(HOSTILE.encode()).decode()
    comment = wordpress_site.run(
        f'echo wp_insert_comment(["comment_post_ID" => {post}, "comment_approved" => 1, '
        f'"comment_author" => "<i>Kim</i>", "comment_content" => base64_decode("{told}")]);'
    )
    (message,) = heard(us, int(comment))
    assert "alert(1)" not in message.text
    assert message.author.name == "Kim"
    assert "<script>shown</script> there" in message.text
    assert not [span for span in message.spans if not span.value.startswith(("http://", "https://", "mailto:"))]


def test_a_title_is_text_too(wordpress_site: WordPressSite, us: Account) -> None:
    post = wordpress_site.publish("Fish & <em>chips</em> <script>alert(1)</script>")
    comment = wordpress_site.visitor("Tasty", post)
    about = next(m for page in hear(us)[0] for m in page.messages if m.external_id == f"{named(us, comment)}-post")
    assert about.text.startswith("Fish & chips")
    assert "<" not in about.text


# -- the feed ----------------------------------------------------------------------------------------------------------


def test_where_the_api_is_closed_the_feed_is_heard_under_the_same_ids(
    wordpress_site: WordPressSite, question: Message
) -> None:
    reader = wordpress_site.account()
    with wordpress_site.switched(rest_closed=True):
        assert connector.check(reader).external_id.endswith("#reader")
        (fed,) = heard(reader, number(question))
        assert connector.recheck(reader, [question.external_id]) == Page()
        assert connector.count(reader, "comments", question.published_at, question.published_at) is None
        with pytest.raises(ConnectorError, match="earlier times"):
            list(connector.bring_back(reader, "comments", question.published_at, question.published_at, ""))
        with pytest.raises(ConnectorError) as refused:
            connector.send(reader, answer_to(fed))
    assert (fed.external_id, fed.text, fed.url) == (question.external_id, question.text, question.url)
    assert refused.value.permanent


def test_what_the_feed_no_longer_shows_is_told_as_missed(wordpress_site: WordPressSite, question: Message) -> None:
    reader = wordpress_site.account()
    with wordpress_site.switched(rest_closed=True):
        pages, cursor = hear(reader)
        assert not pages[-1].missed
        for each in range(11):
            wordpress_site.visitor(f"burst {each}", question.ref["post"])
        wordpress_site.run(
            'global $wpdb; $wpdb->query("UPDATE $wpdb->comments SET comment_date_gmt = '
            "DATE_ADD(comment_date_gmt, INTERVAL 60 SECOND) WHERE comment_content LIKE 'burst %'\");"
        )
        (page,) = hear(reader, cursor)[0]
        again = hear(reader, page.cursor)[0]
    (missed,) = page.missed
    assert missed.start < missed.end
    assert "feed" in missed.cause
    assert not again[0].missed


def test_with_a_password_a_closed_api_is_an_error_and_no_silence(wordpress_site: WordPressSite, us: Account) -> None:
    with wordpress_site.switched(rest_closed=True), pytest.raises(NeedsSignIn):
        hear(us)


# -- answering ---------------------------------------------------------------------------------------------------------

ODD = (
    '5 < 6 & "quotes" -- it\'s 10:30... :D :lol: 8-) (c) 1/2\n\nhttps://example.org/t?a=1&b=2 '
    "<script>alert(1)</script> 🚢 é"
)


@pytest.mark.parametrize("name", ["ferry", "ben", "sue", "ana"])
def test_an_answer_stands_below_the_comment_as_it_was_written(
    wordpress_site: WordPressSite, question: Message, name: str
) -> None:
    account = wordpress_site.account(name)
    receipt = connector.send(account, answer_to(question, ODD))
    (there,) = wordpress_site.replies(question.ref["post"], number(question))
    assert there["id"] == number(receipt)
    assert there["author_name"].lower() == name
    assert "<script>" not in there["content"]["rendered"]
    assert "5 &lt; 6 &amp;" in there["content"]["rendered"]


@pytest.mark.parametrize("name", ["ferry", "ben"])
@pytest.mark.parametrize("state", ["approved", "hold", "spam", "trash"])
def test_what_was_sent_is_found_whatever_became_of_it(
    wordpress_site: WordPressSite, question: Message, name: str, state: str
) -> None:
    account = wordpress_site.account(name)
    reply = answer_to(question, ODD)
    receipt = connector.send(account, reply)
    if state == "trash":
        wordpress_site.ask("ana", "DELETE", f"comments/{number(receipt)}")
    elif state != "approved":
        wordpress_site.ask("ana", "POST", f"comments/{number(receipt)}", status=state)
    found = connector.find_sent(account, reply)
    assert isinstance(found, Receipt)
    assert found.external_id == receipt.external_id


def test_sending_the_same_twice_posts_once(wordpress_site: WordPressSite, us: Account, question: Message) -> None:
    reply = answer_to(question)
    first, second = connector.send(us, reply), connector.send(us, reply)
    assert first.external_id == second.external_id
    assert len(wordpress_site.replies(question.ref["post"], number(question))) == 1


def test_what_was_not_sent_is_absent(us: Account, question: Message) -> None:
    assert connector.find_sent(us, answer_to(question, ago=5)) == Absent(True, "It is not among our comments there.")
    early = connector.find_sent(us, answer_to(question))
    assert isinstance(early, Absent)
    assert not early.conclusive


def test_who_cannot_see_what_waits_never_says_for_certain_that_it_is_not_there(
    wordpress_site: WordPressSite, question: Message
) -> None:
    found = connector.find_sent(wordpress_site.account("sue"), answer_to(question, ago=5))
    assert isinstance(found, Absent)
    assert not found.conclusive


def test_an_answer_that_never_came_leaves_us_in_doubt_and_then_is_found(
    wordpress_site: WordPressSite, us: Account, question: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty: Callable[..., httpx.Client] = lambda hosts, **_: http.guarded_client(hosts, timeout=2)  # noqa: E731
    reply = answer_to(question)
    with monkeypatch.context() as impatient, wordpress_site.switched(silent=4):
        impatient.setattr(site, "guarded_client", hasty)
        with pytest.raises(OutcomeUnknown):
            connector.send(us, reply)
    found = connector.find_sent(us, reply)
    assert isinstance(found, Receipt)
    assert len(wordpress_site.replies(question.ref["post"], number(question))) == 1


def test_speaking_too_fast_is_a_limit_and_not_a_failure(wordpress_site: WordPressSite, question: Message) -> None:
    ben = wordpress_site.account("ben")
    connector.send(ben, answer_to(question, "One."))
    with wordpress_site.switched(flood=True), pytest.raises(RateLimited) as limited:
        connector.send(ben, answer_to(question, "Two."))
    assert limited.value.retry_after == 15


def test_a_post_that_was_closed_takes_no_answer(wordpress_site: WordPressSite, us: Account, question: Message) -> None:
    wordpress_site.ask("ana", "POST", f"posts/{question.ref['post']}", comment_status="closed")
    with pytest.raises(ConnectorError, match="closed on this post") as refused:
        connector.send(us, answer_to(question))
    assert refused.value.permanent


@pytest.mark.parametrize(
    ("state", "says"), [("hold", "Approve it first"), ("spam", "taken off"), ("trash", "taken off")]
)
def test_what_nobody_sees_is_not_answered(
    wordpress_site: WordPressSite, us: Account, question: Message, state: str, says: str
) -> None:
    wordpress_site.ask("ana", "POST", f"comments/{number(question)}", status=state)
    with pytest.raises(ConnectorError, match=says) as refused:
        connector.send(us, answer_to(question))
    assert refused.value.permanent
    assert wordpress_site.replies(question.ref["post"], number(question)) == []


def test_what_is_gone_is_not_answered(wordpress_site: WordPressSite, us: Account, question: Message) -> None:
    wordpress_site.ask("ana", "DELETE", f"comments/{number(question)}", force=True)
    with pytest.raises(ConnectorError) as refused:
        connector.send(us, answer_to(question))
    assert refused.value.permanent


# -- what became of it -------------------------------------------------------------------------------------------------


def test_edits_and_deletions_are_found_when_looking_again(
    wordpress_site: WordPressSite, us: Account, post: int
) -> None:
    states = ("kept", "edited", "trash", "spam", "forced", "hold")
    comments = {state: wordpress_site.visitor(f"{state} one", post, name=state) for state in states}
    wordpress_site.ask("ana", "POST", f"comments/{comments['edited']}", content="corrected one")
    for state in ("trash", "spam", "hold"):
        wordpress_site.ask("ana", "POST", f"comments/{comments[state]}", status=state)
    wordpress_site.ask("ana", "DELETE", f"comments/{comments['forced']}", force=True)
    page = connector.recheck(us, [named(us, comment) for comment in comments.values()])
    told = {number(message): message.text for message in page.messages}
    assert told == {
        comments["kept"]: "kept one",
        comments["edited"]: "corrected one",
        comments["hold"]: "hold one",
    }
    gone = {int(deletion.external_id.rpartition("-")[2]) for deletion in page.deletions}
    assert gone == {comments["trash"], comments["spam"], comments["forced"]}


def test_who_only_reads_hears_that_a_comment_was_taken_off(wordpress_site: WordPressSite, question: Message) -> None:
    wordpress_site.ask("ana", "POST", f"comments/{number(question)}", status="spam")
    page = connector.recheck(wordpress_site.account(), [question.external_id])
    assert [deletion.external_id for deletion in page.deletions] == [question.external_id]


def test_a_site_that_closes_its_api_deletes_nothing(
    wordpress_site: WordPressSite, us: Account, question: Message
) -> None:
    with wordpress_site.switched(rest_closed=True), pytest.raises(ConnectorError):
        connector.recheck(us, [question.external_id])


def test_what_was_said_earlier_is_counted_and_brought_back(
    wordpress_site: WordPressSite, us: Account, post: int
) -> None:
    for day in range(1, 6):
        at = f"2024-03-0{day} 12:00:00"
        wordpress_site.run(
            f'wp_insert_comment(["comment_post_ID" => {post}, "comment_approved" => 1, "comment_date_gmt" => "{at}", '
            f'"comment_date" => get_date_from_gmt("{at}"), "comment_author" => "K", "comment_content" => "day {day}"]);'
        )
    since, until = datetime(2024, 3, 2, tzinfo=UTC), datetime(2024, 3, 5, tzinfo=UTC)
    assert connector.count(us, "comments", since, until) == 3
    assert connector.count(wordpress_site.account(), "comments", since, until) is None
    pages = list(connector.bring_back(us, "comments", since, until, ""))
    told = [message.text for page in pages for message in page.messages if message.text.startswith("day")]
    assert told == ["day 4", "day 3", "day 2"]
    assert not pages[-1].more


# -- moderating --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "state"),
    [("hide", "hold"), ("spam", "spam"), ("delete", "trash"), ("approve", "approved"), ("show", "approved")],
)
def test_what_we_do_to_a_comment_is_done_once_and_may_be_asked_twice(
    wordpress_site: WordPressSite, us: Account, question: Message, action: str, state: str
) -> None:
    if state == "approved":
        connector.moderate(us, question.external_id, {}, "hide", "")
    for _ in range(2):
        connector.moderate(us, question.external_id, question.ref, action, "by our policy")
    assert wordpress_site.ask("ana", "GET", f"comments/{number(question)}")["status"] == state


def test_who_may_not_moderate_changes_nothing(wordpress_site: WordPressSite, question: Message) -> None:
    with pytest.raises(ConnectorError) as refused:
        connector.moderate(wordpress_site.account("sue"), question.external_id, {}, "hide", "")
    assert refused.value.permanent
    assert wordpress_site.ask("ana", "GET", f"comments/{number(question)}")["status"] == "approved"

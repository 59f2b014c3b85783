"""The connector against a server that is not ours, with a stranger who uses Mastodon.py."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from mastodon import Mastodon
from mastodon.errors import MastodonNotFoundError

from rapport.connectors.checks import cursor_wrongs
from rapport.connectors.contract import Account
from rapport.connectors.http import ask, guarded_client
from rapport.connectors.mastodon import connector
from rapport.core.errors import ConnectorError, NeedsSignIn
from rapport.core.types import Absent, Message, Page, Reply

from .mastodon_server import MastodonServer

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]


@pytest.fixture
def us(mastodon_server: MastodonServer) -> Account:
    return mastodon_server.account("ferry")


@pytest.fixture
def cleo(mastodon_server: MastodonServer) -> Mastodon:
    return mastodon_server.client("cleo")


def hear(account: Account, cursor: str = "") -> tuple[list[Page], str]:
    pages = list(connector.fetch(account, "mentions", cursor))
    return pages, pages[-1].cursor


@pytest.fixture
def now(us: Account) -> str:
    """The cursor behind everything that other tests have said."""
    return hear(us)[1]


def post_of(external_id: str) -> str:
    """The server's own id of a post, as the stranger's client wants it."""
    return external_id.rpartition("/")[2]


def messages(pages: list[Page]) -> list[Message]:
    return [message for page in pages for message in page.messages]


def answer_to(message: Message, text: str = "At ten, from quay 3.") -> Reply:
    return Reply(
        idempotency_key=str(uuid4()),
        text=text,
        created_at=datetime.now(UTC),
        parent_id=message.external_id,
        parent_ref=message.ref,
        thread_id=message.thread_id,
        parent_handle=message.author.handle,
        language="en",
    )


def heard_from(cleo: Mastodon, us: Account, now: str, text: str = "@ferry When does the last one leave?") -> Message:
    cleo.status_post(text)
    (message,) = messages(hear(us, now)[0])
    return message


def test_a_post_is_reported_with_our_reason(us: Account, cleo: Mastodon, now: str, mastodon_server) -> None:
    message = heard_from(cleo, us, now, "@ferry Everybody write to Kim, Quay Street 3")
    connector.moderate(us, message.external_id, message.ref, "report", "It says where Kim lives.")
    (told,) = mastodon_server.client("ben").admin_reports()  # this server lets anybody look
    assert (told.comment, told.category, told.forwarded) == ("It says where Kim lives.", "other", False)
    assert [str(post.id) for post in told.statuses] == [post_of(message.external_id)]
    assert told.target_account.username == "cleo"


def test_we_know_who_we_are(us: Account, mastodon_server: MastodonServer) -> None:
    assert connector.check(us).handle == "ferry@127.0.0.1"
    with pytest.raises(NeedsSignIn):
        connector.check(Account(us.config, {"token": "wrong"}, private_hosts=us.private_hosts))


def test_a_mention_is_heard_once(us: Account, cleo: Mastodon, now: str) -> None:
    posted = cleo.status_post("@ferry When does the <last> one leave? https://example.org/t?a=1&b=2", language="en")
    pages, cursor = hear(us, now)
    (message,) = messages(pages)
    assert message.text == "@ferry When does the <last> one leave? https://example.org/t?a=1&b=2"
    assert [span.value for span in message.spans if span.kind == "link"] == ["https://example.org/t?a=1&b=2"]
    assert message.external_id == f"127.0.0.1/{posted.id}"
    assert message.addressed
    assert hear(us, cursor)[0] == [Page(cursor=cursor)]


def test_favourites_boosts_and_follows_are_counted_and_not_kept(
    us: Account, cleo: Mastodon, now: str, mastodon_server: MastodonServer
) -> None:
    ours = mastodon_server.client("ferry")
    post = ours.status_post("We sail again.")
    cleo.status_favourite(post.id)
    cleo.status_reblog(post.id)
    cleo.account_follow(ours.me().id)
    pages, _ = hear(us, now)
    assert messages(pages) == []
    assert [page.tallies for page in pages if page.tallies] == [{"favourite": 1, "reblog": 1, "follow": 1}]


def test_more_than_a_page_is_heard_in_order(us: Account, cleo: Mastodon, now: str) -> None:
    posted = [f"127.0.0.1/{cleo.status_post(f'@ferry number {number}').id}" for number in range(90)]
    pages, _ = hear(us, now)
    assert [message.external_id for message in messages(pages)] == posted
    assert len([page for page in pages if page.messages]) == 3


def test_the_cursor_skips_nothing_wherever_we_go_on(us: Account, cleo: Mastodon) -> None:
    for number in range(45):
        cleo.status_post(f"@ferry once more, {number}")
    assert list(cursor_wrongs(connector, us, "mentions")) == []


def test_an_answer_is_seen_by_the_stranger_in_the_thread(us: Account, cleo: Mastodon, now: str) -> None:
    question = heard_from(cleo, us, now)
    receipt = connector.send(us, answer_to(question))
    (seen,) = cleo.status_context(post_of(question.external_id)).descendants
    assert seen.url == receipt.url
    assert "At ten, from quay 3." in seen.content
    assert seen.in_reply_to_id == post_of(question.external_id)
    assert any(notification.status.url == receipt.url for notification in cleo.notifications(types=["mention"]))


def test_sending_twice_with_one_key_posts_once(us: Account, cleo: Mastodon, now: str) -> None:
    reply = answer_to(heard_from(cleo, us, now))
    assert connector.send(us, reply) == connector.send(us, reply)
    assert len(cleo.status_context(post_of(reply.parent_id)).descendants) == 1


def test_what_was_sent_is_found_and_what_was_not_is_absent(us: Account, cleo: Mastodon, now: str) -> None:
    question = heard_from(cleo, us, now, "@ferry And tomorrow? https://example.org/tomorrow")
    reply = answer_to(question, "See https://example.org/timetable?day=tomorrow\n\n& <call> us, @cleo & @ben #ferry")
    before = connector.find_sent(us, reply)
    assert isinstance(before, Absent)
    assert not before.conclusive
    receipt = connector.send(us, reply)
    assert connector.find_sent(us, reply) == receipt
    later = answer_to(question, "Other words.")
    earlier = Reply(
        later.idempotency_key, later.text, later.created_at - timedelta(minutes=5), later.parent_id, later.parent_ref
    )
    assert connector.find_sent(us, earlier) == Absent(conclusive=True, reason="It is not among our posts.")


def test_a_private_question_is_answered_in_private(us: Account, cleo: Mastodon, now: str) -> None:
    cleo.status_post("@ferry My booking number is 1", visibility="direct")
    (question,) = messages(hear(us, now)[0])
    receipt = connector.send(us, answer_to(question))
    assert cleo.status(post_of(receipt.external_id)).visibility == "direct"


def test_a_thread_is_heard_with_what_was_said_before(us: Account, cleo: Mastodon, now: str) -> None:
    question = heard_from(cleo, us, now)
    ours = connector.send(us, answer_to(question))
    _, now = hear(us, now)
    thanks = cleo.status_post("@ferry Thanks", in_reply_to_id=post_of(ours.external_id))
    heard = {message.external_id: message for message in messages(hear(us, now)[0])}
    assert heard[f"127.0.0.1/{thanks.id}"].thread_id == question.external_id
    assert heard[f"127.0.0.1/{thanks.id}"].parent_id == ours.external_id
    assert [message.context for message in heard.values()] == [True, True, False]


def test_edits_and_deletions_are_found_when_looking_again(us: Account, cleo: Mastodon, now: str) -> None:
    kept = heard_from(cleo, us, now, "@ferry one")
    _, now = hear(us, now)
    gone = heard_from(cleo, us, now, "@ferry two")
    cleo.status_update(post_of(kept.external_id), "@ferry one, corrected")
    cleo.status_delete(post_of(gone.external_id))
    page = connector.recheck(us, [kept.external_id, gone.external_id])
    assert [(message.external_id, message.text) for message in page.messages] == [
        (kept.external_id, "@ferry one, corrected")
    ]
    assert page.messages[0].edited_at is not None
    assert [deletion.external_id for deletion in page.deletions] == [gone.external_id]


def test_answering_what_is_gone_fails_for_good_and_posts_nothing(
    us: Account, cleo: Mastodon, now: str, mastodon_server: MastodonServer
) -> None:
    question = heard_from(cleo, us, now)
    cleo.status_delete(post_of(question.external_id))
    with pytest.raises(MastodonNotFoundError):
        cleo.status(post_of(question.external_id))
    before = mastodon_server.client("ferry").me().statuses_count
    with pytest.raises(ConnectorError) as refused:
        connector.send(us, answer_to(question))
    assert refused.value.permanent
    assert mastodon_server.client("ferry").me().statuses_count == before


@pytest.mark.parametrize(
    "effect", [{"type": "status", "status": 503}, {"type": "malformed"}, {"type": "status", "status": 500}]
)
def test_a_server_in_trouble_costs_no_message(us: Account, cleo: Mastodon, now: str, effect: dict[str, object]) -> None:
    cleo.status_post("@ferry Is anybody there?")
    rule = {"match": {"path": "/api/v1/notifications"}, "effect": effect, "count": 1}
    with guarded_client(us.private_hosts) as client:
        ask(client, "POST", f"{us.config['instance']}/api/v1/_mock/faults", json=rule)
    with pytest.raises(ConnectorError) as failed:
        hear(us, now)
    assert not failed.value.permanent
    assert [message.text for message in messages(hear(us, now)[0])] == ["@ferry Is anybody there?"]


def test_what_was_said_earlier_is_counted_and_brought_back(us: Account, cleo: Mastodon) -> None:
    since = datetime.now(UTC)
    said = {f"127.0.0.1/{cleo.status_post(f'@ferry earlier, number {number}').id}" for number in range(50)}
    until = datetime.now(UTC) + timedelta(seconds=1)
    assert connector.count(us, "mentions", since, until) == 50
    first, *rest = connector.bring_back(us, "mentions", since, until, "")
    assert {message.external_id for message in messages([first, *rest])} == said
    after = connector.bring_back(us, "mentions", since, until, first.cursor)
    assert {message.external_id for message in messages([first, *after])} == said

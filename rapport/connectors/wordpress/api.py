"""Comments on a WordPress site: in and out through its REST API; in through its comment feed where that is closed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from rapport.connectors.contract import Account, Field, Profile, Source
from rapport.connectors.feeds.parse import read_feed
from rapport.connectors.feeds.shape import MAX_BYTES
from rapport.connectors.values import read_time
from rapport.connectors.wordpress.parse import (
    comments_page,
    external_id,
    feed_page,
    gmt_of,
    identity,
    listed,
    newest,
    number_of,
    says,
    site_of,
    with_cursor,
    written,
)
from rapport.connectors.wordpress.site import Closed, Site, address_of, open_site
from rapport.core.errors import ConnectorError, OutcomeUnknown
from rapport.core.types import Absent, Deletion, Json, Missed, Page, Receipt, Reply

# What counts as recent when we begin, and how far an hourly look goes back: a comment that waited for approval comes
# out with the time at which it was written.
RECENT = timedelta(days=14)
DEEP_EVERY = timedelta(hours=1)
# WordPress compares with the clock on the wall of the site, which goes back by an hour once a year.
OVERLAP = timedelta(hours=2)
# How long a site may still be busy with a request that we gave up on, and how far its clock may be off.
IN_FLIGHT = timedelta(minutes=2)
SKEW = timedelta(minutes=5)

FEED_TOO_SHORT = "The REST API is closed, and more comments may have come than the comment feed shows."

_STATES = {"hide": "hold", "show": "approved", "approve": "approved", "spam": "spam"}


class WordPressConnector:
    network = "wordpress"
    label = "WordPress"
    can_be_deaf = True
    fields = (
        Field("url", "Address of the site", "For instance https://example.org/blog"),
        Field(
            "user",
            "User name",
            "Of somebody who may moderate comments. Leave it empty to listen only.",
            required=False,
        ),
        Field(
            "password",
            "Application password",
            "Users, Profile, Application Passwords. Never the password with which one signs in.",
            secret=True,
            required=False,
        ),
    )
    sources = (Source("comments", every_seconds=60),)
    earlier = ("comments",)
    limit = 10_000  # it keeps 65,525 bytes, of what is then HTML
    actions = (*_STATES, "delete")

    def length(self, text: str) -> int:
        return len(text)

    def check(self, account: Account) -> Profile:
        with open_site(account) as site:
            site.learn_root()
            if not site.signed_in:
                return self._reader(site)
            me = site.me()
            site.comments(per_page="1")
            name = str(me.get("name") or me.get("slug") or "")
            handle = str(me.get("slug") or name)
            return Profile(site.user_id(identity(me)), f"{handle}@{site.name}", name, site.address, site.deaf())

    def _reader(self, site: Site) -> Profile:
        try:
            site.comments(per_page="1")
            deaf = site.deaf()
        except Closed:
            _feed(site)
            deaf = ""
        return Profile(f"{site.name}#reader", site.name, "", site.address, deaf)

    # -- hearing -------------------------------------------------------------------------------------------------------

    def parse(self, raw: bytes, *, source: str, account: Account) -> Page:
        address = address_of(account)
        if raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            feed = read_feed(raw, address=address)
            if not feed.recognised:
                raise ConnectorError(f"The comment feed cannot be used: {feed.fault}.")
            return feed_page(feed, site=site_of(address))
        return comments_page(listed(raw), site=site_of(address))

    def fetch(self, account: Account, source: str, cursor: str) -> Iterator[Page]:
        before: Mapping[str, str] = json.loads(cursor or "{}")
        with open_site(account) as site:
            begun = False
            try:
                for page in _comments(site, before):
                    begun = True
                    yield page
            except Closed as error:
                if begun:  # the feed's cursor would pass over what is still to come
                    raise ConnectorError(f"{site.name} closed its REST API in mid-page.") from error
                yield _from_feed(site, before)

    def recheck(self, account: Account, external_ids: Sequence[str]) -> Page:
        """Look again: what was deleted, or taken off the site, is a deletion; the rest comes back, edited or not."""
        with open_site(account) as site:
            numbers = [number for one in external_ids if (number := number_of(one, site.name))]
            try:
                told, gone = site.again(numbers)
            except Closed:
                return Page()  # the feed tells nothing of what became of a comment
        page = comments_page(told, site=site.name)
        taken = tuple(Deletion("wordpress", external_id(site.name, number)) for number in gone)
        return Page(page.messages, (*page.deletions, *taken), page.rejects)

    def count(self, account: Account, source: str, since: datetime, until: datetime) -> int | None:
        """As the site counts, for those who moderate. To others a comment is shown when it is approved, among those of
        the time at which it was written: what is not heard yet would be taken for lost."""
        with open_site(account) as site:
            try:
                return site.total(since, until)
            except Closed:
                return None

    def bring_back(
        self, account: Account, source: str, since: datetime, until: datetime, cursor: str
    ) -> Iterator[Page]:
        """The cursor is how many of them were brought. What is deleted meanwhile is noticed by the overlap."""
        with open_site(account) as site:
            try:
                for items, place, more in site.window(since, until, order="desc", offset=int(cursor or "0")):
                    page = comments_page(items, site=site.name, above=site.above(items))
                    yield Page(page.messages, page.deletions, page.rejects, cursor=str(place), more=more)
            except Closed as error:
                reason = f"The REST API of {site.name} is closed; its comment feed tells nothing of earlier times."
                raise ConnectorError(reason, permanent=True) from error

    # -- answering -----------------------------------------------------------------------------------------------------

    def send(self, account: Account, reply: Reply) -> Receipt:
        """Post below the comment. WordPress takes the same words below the same comment only once."""
        with open_site(account) as site:
            parent = site.standing(reply.parent_id)
            told = {"post": identity(parent, "post"), "parent": identity(parent), "content": written(reply.text)}
            code, answer = site.post(told)
            if code == "comment_duplicate":
                if found := self._ours(site, reply):
                    return found
                raise OutcomeUnknown("The site says that it has this comment already, and does not show it to us.")
            return site.receipt(answer)

    def find_sent(self, account: Account, reply: Reply) -> Receipt | Absent:
        """Look through our own comments below the one that is answered, whatever became of them since.

        A no is conclusive when the latest attempt began two minutes ago, and when we see those of our comments that
        wait for approval or were set aside as spam.
        """
        with open_site(account) as site:
            if found := self._ours(site, reply):
                return found
            sees_all = site.sees_own
        arrived = (reply.attempted_at or reply.created_at) + IN_FLIGHT
        if (wait := arrived - datetime.now(UTC)) > timedelta():
            reason = "It may still be on its way."
            return Absent(conclusive=False, reason=reason, ask_again_after=wait.total_seconds() + 1)
        if not sees_all:
            reason = "It may be waiting for approval, which this user cannot see."
            return Absent(conclusive=False, reason=reason)
        return Absent(conclusive=True, reason="It is not among our comments there.")

    def _ours(self, site: Site, reply: Reply) -> Receipt | None:
        me, since = identity(site.me()), reply.created_at - SKEW
        for item in site.below(site.number(reply.parent_id)):
            written_at = gmt_of(item)
            if identity(item, "author") == me and written_at and written_at >= since and says(item, reply.text):
                return site.receipt(item)
        return None

    # -- moderating ----------------------------------------------------------------------------------------------------

    def moderate(self, account: Account, external_id: str, ref: Json, action: str, reason: str) -> None:
        """WordPress has no place for the reason; it stands on our record."""
        with open_site(account) as site:
            number = site.number(external_id)
            if action == "delete":
                site.trash(number)
            elif action in _STATES:
                site.set_state(number, _STATES[action])
            else:
                raise ConnectorError(f"WordPress knows no {action!r}.", permanent=True)


def _comments(site: Site, before: Mapping[str, str]) -> Iterator[Page]:
    """What came since, and once an hour all of the last two weeks."""
    now = datetime.now(UTC)
    since = read_time(before.get("since", "")) or now - RECENT
    deep = read_time(before.get("deep", ""))
    going_deep = deep is None or now - deep > DEEP_EVERY
    start = min(since, now - RECENT) if going_deep else since
    for items, _, more in site.window(start - OVERLAP):
        page = comments_page(items, site=site.name, above=site.above(items))
        since = max(since, newest(page, now) or since)
        mark = {"since": since.isoformat()}
        if looked := now if going_deep and not more else deep:
            mark["deep"] = looked.isoformat()
        yield with_cursor(page, mark, more=more)


def _feed(site: Site) -> Page:
    response = site.feed()
    content_type = response.headers.get("Content-Type", "")
    feed = read_feed(response.content[:MAX_BYTES], address=site.address, content_type=content_type)
    if not feed.recognised:
        raise ConnectorError(
            f"The REST API of {site.name} is closed, and its comment feed cannot be used: {feed.fault}."
        )
    return feed_page(feed, site=site.name)


def _from_feed(site: Site, before: Mapping[str, str]) -> Page:
    """The last ten comments are all that the feed shows. If we know none of them, there may have been more."""
    now = datetime.now(UTC)
    page = _feed(site)
    shown = [message.external_id.rpartition("-")[2] for message in page.messages]
    known = {*before.get("shown", "").split()}
    since = read_time(before.get("since", ""))
    missed: tuple[Missed, ...] = ()
    if page.messages and since and known.isdisjoint(shown) and page.messages[0].published_at > since:
        missed = (Missed(since, page.messages[0].published_at, FEED_TOO_SHORT),)
    mark = {"since": (newest(page, now) or since or now).isoformat(), "shown": " ".join(shown)}
    fed = with_cursor(page, mark, more=False)
    return Page(fed.messages, rejects=fed.rejects, cursor=fed.cursor, missed=missed, heard_until=fed.heard_until)

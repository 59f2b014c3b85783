"""Acting on what others wrote: reporting it to a moderation service, and hiding it below a post of ours.

A report goes through our own server, which signs it and passes it on: to the service that the channel names, else to
the one that the server chose. Hidden below a post is what that post's thread gate lists; the gate is a record of ours.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rapport.connectors.bluesky import compose
from rapport.connectors.bluesky.api import vouched_for
from rapport.connectors.bluesky.session import SignedIn, error_name, signed_in
from rapport.connectors.contract import Account
from rapport.core.errors import ConnectorError
from rapport.core.types import Json

REPORT = "com.atproto.moderation.createReport"
OTHER = "com.atproto.moderation.defs#reasonOther"
GATE = "app.bsky.feed.threadgate"
MOST_HIDDEN = 300


def moderate(account: Account, uri: str, ref: Json, action: str, reason: str) -> None:
    with signed_in(account) as session:
        if action == "report":
            _report(session, uri, ref, reason, account.config.get("moderation", "").strip())
        elif action in ("hide", "show"):
            _gate(session, uri, ref, hidden=action == "hide")
        else:
            raise ConnectorError(f"Bluesky knows no {action!r}.", permanent=True)


def _report(session: SignedIn, uri: str, ref: Json, reason: str, service: str) -> None:
    """Our own words as the reason. First a question: a session that has to be renewed is no doubtful outcome."""
    session.ask("com.atproto.server.getSession")
    cid = vouched_for(session, uri, ref, "reported").get("cid")
    subject = {"$type": "com.atproto.repo.strongRef", "uri": uri, "cid": cid}
    body = {"reasonType": OTHER, "reason": reason, "subject": subject}
    session.write(REPORT, body, through=f"{service}#atproto_labeler" if service else "")


def _gate(session: SignedIn, uri: str, ref: Json, *, hidden: bool) -> None:
    """List the reply in the gate of our post, or no longer; whatever else the gate says, stays."""
    root = compose.own_root(session.did, ref)
    if not root:
        raise ConnectorError("Bluesky lets us hide only what stands below a post of ours.", permanent=True)
    where = {"repo": session.did, "collection": GATE, "rkey": root.rpartition("/")[2]}
    there = _record(session, where)
    value: Any = there.get("value")
    before = value if isinstance(value, dict) else {}
    listed = [one for one in before.get("hiddenReplies") or () if isinstance(one, str)]
    if (uri in listed) is hidden:
        return
    if hidden and len(listed) >= MOST_HIDDEN:
        raise ConnectorError(f"Bluesky hides {MOST_HIDDEN} replies below one post at most.", permanent=True)
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    after = [*listed, uri] if hidden else [one for one in listed if one != uri]
    gate = {"$type": GATE, "post": root, "createdAt": now} | before | {"hiddenReplies": after}
    try:
        # Only in place of what was read: nobody's change in between gets lost.
        session.write("com.atproto.repo.putRecord", {**where, "record": gate, "swapRecord": there.get("cid")})
    except ConnectorError as error:
        if error_name(error.__cause__)[0] == "InvalidSwap":
            raise ConnectorError("Somebody else changed what is hidden there in the same moment.") from error
        raise


def _record(session: SignedIn, where: dict[str, str]) -> dict[str, Any]:
    try:
        return session.ask("com.atproto.repo.getRecord", **where)
    except ConnectorError as error:
        if error_name(error.__cause__)[0] == "RecordNotFound":
            return {}
        raise

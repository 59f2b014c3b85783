"""Reporting, and hiding below our own posts: against a server on loopback that answers as it is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rapport.connectors.bluesky import connector, parse
from rapport.connectors.bluesky.test_api import GET, PUT, US, Account, HangUp, Refuse, Server, account, server
from rapport.core.errors import ConnectorError, NeedsSignIn, OutcomeUnknown

__all__ = ["account", "server"]

REPORT = "com.atproto.moderation.createReport"
WHY = "It says where Kim lives."
THEIRS = f"at://did:plc:cleo/{parse.POST}/3kcleo"
OURS = f"at://{US}/{parse.POST}/3kours"
BELOW_OURS = {"uri": THEIRS, "cid": "bafycleo", "root": {"uri": OURS, "cid": "bafyours"}}
ALONE = {"uri": THEIRS, "cid": "bafycleo"}


def moderate(account: Account, action: str, ref: dict[str, Any] = BELOW_OURS) -> None:
    connector.moderate(account, THEIRS, ref, action, WHY)


# -- reporting ---------------------------------------------------------------------------------------------------------


def test_a_report_names_the_version_that_was_read_and_our_reason(server: Server, account: Account) -> None:
    server.methods[REPORT] = lambda given: {"id": 1}
    moderate(account, "report")
    (told,) = server.calls(REPORT)
    assert told == {
        "reasonType": "com.atproto.moderation.defs#reasonOther",
        "reason": WHY,
        "subject": {"$type": "com.atproto.repo.strongRef", "uri": THEIRS, "cid": "bafycleo"},
    }


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (HangUp(), OutcomeUnknown),
        (Refuse(502, "UpstreamFailure"), OutcomeUnknown),
        (Refuse(400, "InvalidRequest", "No service configured"), ConnectorError),
        (Refuse(401, "AuthenticationRequired"), NeedsSignIn),
    ],
)
def test_when_reporting_goes_wrong_we_know_whether_it_may_have_been_done(
    server: Server, account: Account, answer: Exception, kind: type[ConnectorError]
) -> None:
    def fail(given: dict[str, Any]) -> object:
        raise answer

    server.methods[REPORT] = fail
    with pytest.raises(ConnectorError) as failed:
        moderate(account, "report")
    assert type(failed.value) is kind


def test_what_the_platform_does_not_vouch_for_is_not_reported(server: Server, account: Account) -> None:
    with pytest.raises(ConnectorError, match="does not have the post that is reported"):
        moderate(account, "report", {**ALONE, "hearsay": True})
    assert not server.calls(REPORT)


# -- hiding ------------------------------------------------------------------------------------------------------------


def gate(server: Server, **record: Any) -> None:
    """Our post has a gate already."""
    server.methods[GET] = lambda given: {"uri": "at://gate", "cid": "bafygate", "value": record}


@pytest.fixture
def no_gate(server: Server) -> None:
    def missing(given: dict[str, Any]) -> object:
        raise Refuse(400, "RecordNotFound")

    server.methods[GET] = missing


def written(server: Server) -> dict[str, Any]:
    (put,) = server.calls(PUT)
    return put


@pytest.mark.usefixtures("no_gate")
def test_a_reply_below_our_post_is_hidden_by_a_gate_that_lets_everybody_answer(
    server: Server, account: Account
) -> None:
    moderate(account, "hide")
    put = written(server)
    assert (put["repo"], put["collection"], put["rkey"]) == (US, "app.bsky.feed.threadgate", "3kours")
    assert put["swapRecord"] is None  # only where there is still none
    assert (put["record"]["post"], put["record"]["hiddenReplies"]) == (OURS, [THEIRS])
    assert "allow" not in put["record"]


def test_what_a_gate_says_already_stays(server: Server, account: Account) -> None:
    gate(server, post=OURS, createdAt="2026-01-01T00:00:00Z", allow=[], hiddenReplies=["at://other"])
    moderate(account, "hide")
    put = written(server)
    assert put["swapRecord"] == "bafygate"
    assert put["record"] == {
        "$type": "app.bsky.feed.threadgate",
        "post": OURS,
        "createdAt": "2026-01-01T00:00:00Z",
        "allow": [],
        "hiddenReplies": ["at://other", THEIRS],
    }


def test_what_was_hidden_is_shown_again(server: Server, account: Account) -> None:
    gate(server, post=OURS, hiddenReplies=[THEIRS, "at://other"])
    moderate(account, "show")
    assert written(server)["record"]["hiddenReplies"] == ["at://other"]


@pytest.mark.parametrize(("action", "listed"), [("hide", [THEIRS]), ("show", [])])
def test_doing_it_again_changes_nothing(server: Server, account: Account, action: str, listed: list[str]) -> None:
    gate(server, post=OURS, hiddenReplies=listed)
    moderate(account, action)
    assert not server.calls(PUT)


def test_a_gate_that_somebody_changed_meanwhile_is_read_anew_the_next_time(server: Server, account: Account) -> None:
    def changed(given: dict[str, Any]) -> object:
        if given.get("swapRecord", "bafyother") != "bafyother":
            raise Refuse(400, "InvalidSwap", "Record was at bafyother")
        return {"uri": "at://gate", "cid": "bafynew"}

    gate(server, post=OURS)
    server.methods[PUT] = changed
    with pytest.raises(ConnectorError, match="in the same moment") as failed:
        moderate(account, "hide")
    assert not failed.value.permanent


def test_a_full_gate_says_so(server: Server, account: Account) -> None:
    gate(server, post=OURS, hiddenReplies=[f"at://{number}" for number in range(300)])
    with pytest.raises(ConnectorError, match="300 replies"):
        moderate(account, "hide")


def test_only_what_stands_below_a_post_of_ours_can_be_hidden(server: Server, account: Account) -> None:
    below_theirs = {**ALONE, "root": {"uri": THEIRS, "cid": "bafycleo"}}
    assert connector.possible(US, BELOW_OURS) == ("report", "hide", "show")
    for ref in (ALONE, below_theirs):
        assert connector.possible(US, ref) == ("report",)
        with pytest.raises(ConnectorError, match="below a post of ours") as failed:
            moderate(account, "hide", ref)
        assert failed.value.permanent
    assert not server.calls(PUT)


def test_what_bluesky_does_not_know_is_refused(account: Account) -> None:
    with pytest.raises(ConnectorError, match="knows no 'spam'"):
        moderate(replace(account), "spam")

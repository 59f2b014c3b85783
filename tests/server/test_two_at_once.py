"""Two who fold one conversation at the same moment: what the one puts there, the other does not take away."""

from __future__ import annotations

import threading

import pytest
from django.db import connection
from django.utils import timezone

from rapport.core.types import Page, Receipt
from rapport.server.listen import receiving
from rapport.server.respond import actions as responding
from rapport.server.route import actions as routing
from rapport.server.route.models import Conversation
from rapport.server.work import settle


@pytest.mark.skipif(connection.vendor == "sqlite", reason="in SQLite writers come one after the other")
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_message_that_arrives_while_a_receipt_is_written_still_waits_for_us(talk, ben, channel, says, monkeypatch):
    responding.send(talk, text="At noon.", version=0, actor=ben)
    taken = responding.take("sender-1", timezone.now())
    receiving.receive(Page((says("And my refund?", after=200, thread_id=taken.parent.thread_id),)), channel, "mentions")
    reading, go_on, fold = threading.Event(), threading.Event(), routing.fold

    def slowly(said, within):
        if threading.current_thread() is writer:
            reading.set()
            go_on.wait(2)
        return fold(said, within)

    def write():
        try:
            responding.sent(taken, Receipt("ours-1"), worker="sender-1")
        finally:
            connection.close()

    monkeypatch.setattr(routing, "fold", slowly)
    writer = threading.Thread(target=write)
    writer.start()
    assert reading.wait(10)
    threading.Timer(0.5, go_on.set).start()
    settle("worker-1")
    writer.join(10)
    talk = Conversation.objects.get()
    assert (talk.state, talk.message_count, talk.waiting_since is None) == ("open", 3, False)

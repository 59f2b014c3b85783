"""The sender: one loop that takes what is due (answers, then moderation), does it, and writes down what came of it.

Every write here is flushed to the disk before the next step (`synchronous=FULL`): an intention that a power cut forgets
would be an answer sent twice.
"""

from __future__ import annotations

import logging
import threading

from django.db import connection
from django.utils import timezone

from rapport.connectors import contract
from rapport.core.errors import ConnectorError, OutcomeUnknown
from rapport.core.types import Receipt
from rapport.server.alive import at_work
from rapport.server.crashpoint import crashpoint
from rapport.server.listen.accounts import account_of
from rapport.server.respond import actions, moderating
from rapport.server.respond.models import Moderation, Outgoing

log = logging.getLogger(__name__)


def run(stop: threading.Event) -> None:
    with at_work("sender", Outgoing.objects.all(), Moderation.objects.all()) as worker:
        flush_to_disk()
        while not stop.is_set():
            try:
                busy = turn(worker)
            except Exception:  # the single turn that catches everything, and says what it was doing
                log.exception("The sender stumbled; it goes on in five seconds.")
                connection.close()
                stop.wait(5)
                flush_to_disk()
                continue
            if not busy:
                stop.wait(0.5)


def flush_to_disk() -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=FULL")


def turn(worker: str) -> bool:
    """Send one answer, or ask after one whose fate is unknown, or moderate. True when there was something to do."""
    now = timezone.now()
    swept = actions.sweep(worker, now) + moderating.sweep(worker, now)
    if row := actions.take(worker, now):
        deliver(row, worker)
        return True
    if row := actions.take_unknown(worker, now):
        reconcile(row, worker)
        return True
    if action := moderating.take(worker, now):
        moderate(action, worker)
        return True
    return bool(swept)


def deliver(row: Outgoing, worker: str) -> None:
    crashpoint("send.before_call")
    try:
        receipt = _sender(row).send(account_of(row.channel, "answer"), actions.reply_of(row))
    except ConnectorError as error:
        actions.not_sent(row, error, worker=worker)
        return
    except Exception as error:  # a connector may be a stranger's: nobody knows how far it came
        log.exception("Answer %s: the connector stumbled.", row.pk)
        actions.not_sent(row, OutcomeUnknown(_stumbled(error)), worker=worker)
        return
    crashpoint("send.after_call")
    crashpoint("send.before_receipt")
    actions.sent(row, receipt, worker=worker)
    crashpoint("send.after_receipt")


def reconcile(row: Outgoing, worker: str) -> None:
    try:
        found = _sender(row).find_sent(account_of(row.channel, "answer"), actions.reply_of(row))
    except ConnectorError as error:
        log.warning("Answer %s: the platform did not tell whether it is there: %s", row.pk, error)
        actions.ask_later(row, error, worker=worker)
        return
    except Exception as error:  # the same
        log.exception("Answer %s: the connector stumbled while looking for it.", row.pk)
        actions.ask_later(row, ConnectorError(_stumbled(error)), worker=worker)
        return
    if isinstance(found, Receipt):
        actions.sent(row, found, worker=worker)
    else:
        actions.looked(row, found, worker=worker)


def moderate(row: Moderation, worker: str) -> None:
    crashpoint("moderate.before_call")
    try:
        connector = contract.load(row.channel.connector)
        if not isinstance(connector, contract.Moderates):
            raise ConnectorError(f"{row.channel.connector} cannot moderate.", permanent=True)
        account = account_of(row.channel, "answer")
        connector.moderate(account, row.message.external_id, row.message.ref, row.action, row.reason)
    except ConnectorError as error:
        moderating.not_done(row, error, worker=worker)
        return
    except Exception as error:  # the same
        log.exception("Moderation %s: the connector stumbled.", row.pk)
        moderating.not_done(row, OutcomeUnknown(_stumbled(error)), worker=worker)
        return
    crashpoint("moderate.after_call")
    moderating.done(row, worker=worker)


def _stumbled(error: Exception) -> str:
    return f"The connector stumbled: {type(error).__name__}: {error}"


def _sender(row: Outgoing) -> contract.Sends:
    connector = contract.load(row.channel.connector)
    if not isinstance(connector, contract.Sends):
        raise ConnectorError(f"{row.channel.connector} cannot send.", permanent=True)
    return connector

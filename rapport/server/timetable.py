"""What runs when: one leased row an entry, so that of several workers one does it.

Like the steps of the map, entries are dotted names below `rapport.server`; each takes the time.
"""

from __future__ import annotations

import importlib
import logging
from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils import timezone

from rapport.server.claim import LET_GO, claim

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entry:
    function: str
    every: timedelta


ENTRIES = {
    "wake snoozed conversations": Entry("route.actions.wake", timedelta(seconds=30)),
    "give open conversations their urgency": Entry("route.urgency.catch_up", timedelta(days=1)),
    "watch the hours": Entry("listen.watch.look", timedelta(minutes=5)),
    "count against the platforms": Entry("listen.reckoning.reckon", timedelta(minutes=15)),
    "watch the last weeks anew": Entry("listen.watch.look_again", timedelta(days=1)),
    "try again what could not be stored": Entry("listen.receiving.try_again", timedelta(seconds=30)),
    "forget what lay in quarantine": Entry("listen.receiving.forget_payloads", timedelta(hours=6)),
    "let go of what was kept long enough": Entry("listen.upkeep.let_go", timedelta(hours=1)),
    "ask whether one can speak to us": Entry("listen.deaf.look", timedelta(days=1)),
    "throw away what was exported": Entry("route.exports.throw_away", timedelta(minutes=1)),
    "forget wordings that nobody repeated": Entry("understand.noise.forget_wordings", timedelta(hours=1)),
    "count the days": Entry("measure.actions.count_days", timedelta(minutes=5)),
    "count the answers": Entry("measure.actions.count_answers", timedelta(minutes=5)),
    "count everything anew": Entry("measure.actions.count_all_days", timedelta(days=1)),
    "close the days of the coding desk": Entry("measure.frames.close_days", timedelta(hours=1)),
    "learn how loud an hour is": Entry("measure.warnings.learn", timedelta(days=1)),
    "look for what gets loud": Entry("measure.warnings.look", timedelta(minutes=10)),
    "estimate the lines": Entry("measure.figures.estimate_lines", timedelta(hours=1)),
    "watch the lines": Entry("measure.watching.step", timedelta(hours=1)),
    "look at the goals": Entry("measure.goals.look", timedelta(hours=6)),
    "weigh the voices of the week": Entry("measure.voice.renew", timedelta(hours=6)),
    "look at the talk around events": Entry("measure.events.renew", timedelta(hours=1)),
    "teach a reader of our own": Entry("learn.heads.renew", timedelta(days=1)),
    "export the head of the record": Entry("organise.record.export_head", timedelta(days=1)),
    "look at how the tables have grown": Entry("listen.search.take_statistics", timedelta(hours=6)),
    "forget old sessions": Entry("organise.actions.forget_sessions", timedelta(days=1)),
}


class Appointment(models.Model):
    name = models.CharField(max_length=80, unique=True)
    next_at = models.DateTimeField(default=timezone.now)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=500, blank=True)
    leased_by = models.CharField(max_length=80, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "rapport"


_written = False


def turn(worker: str) -> int:
    """Do the next thing that is due. 1 if there was one."""
    _write_down()
    now = timezone.now()
    due = Appointment.objects.filter(name__in=list(ENTRIES), next_at__lte=now).order_by("next_at")
    keys = claim(due, worker, now=now, limit=1, lease=timedelta(minutes=15))
    if not keys:
        return 0
    row = Appointment.objects.get(pk=keys[0])
    entry = ENTRIES[row.name]
    module, _, function = entry.function.rpartition(".")
    changes: dict[str, object] = {"next_at": now + entry.every, "trouble": "", **LET_GO}
    try:
        getattr(importlib.import_module(f"rapport.server.{module}"), function)(now)
        changes["last_ok_at"] = timezone.now()
    except Exception as error:  # of the worker's turn: it knows the entry
        log.exception("The timetable's “%s” failed.", row.name)
        changes["trouble"] = f"{type(error).__name__}: {error}"[:500]
    Appointment.objects.filter(pk=row.pk).update(**changes)
    return 1


def bring_forward(name: str) -> None:
    """Let the worker do this entry at its next turn."""
    _write_down()
    Appointment.objects.filter(name=name).update(next_at=timezone.now())


def _write_down() -> None:
    global _written
    if not _written:
        Appointment.objects.bulk_create([Appointment(name=name) for name in ENTRIES], ignore_conflicts=True)
        _written = True

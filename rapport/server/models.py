"""The table of contents of the data. Verbs import `verb.models`; this is for readers, and for Django to find them."""

from rapport.server.keep.models import ArchiveBatch, ArchiveHead
from rapport.server.listen.models import (
    Author,
    Backfill,
    Brief,
    BriefMatch,
    Budget,
    Channel,
    Cursor,
    Delivery,
    Gap,
    Import,
    Message,
    Pulse,
    Quarantined,
    Reckoning,
    Revision,
    Sighting,
    Tally,
    Tombstone,
    Watch,
)
from rapport.server.measure.models import DayAnswer, DayCount
from rapport.server.organise.models import AuditEntry, AuditHead, Membership, Notice, Organisation, Team, User
from rapport.server.relate.models import Identity, Person
from rapport.server.respond.models import Draft, Moderation, Outgoing
from rapport.server.route.models import Conversation, Export, Note, Placement, RuleSet, Strand
from rapport.server.timetable import Appointment
from rapport.server.understand.models import Reading

__all__ = [
    "Appointment",
    "ArchiveBatch",
    "ArchiveHead",
    "AuditEntry",
    "AuditHead",
    "Author",
    "Backfill",
    "Brief",
    "BriefMatch",
    "Budget",
    "Channel",
    "Conversation",
    "Cursor",
    "DayAnswer",
    "DayCount",
    "Delivery",
    "Draft",
    "Export",
    "Gap",
    "Identity",
    "Import",
    "Membership",
    "Message",
    "Moderation",
    "Note",
    "Notice",
    "Organisation",
    "Outgoing",
    "Person",
    "Placement",
    "Pulse",
    "Quarantined",
    "Reading",
    "Reckoning",
    "Revision",
    "RuleSet",
    "Sighting",
    "Strand",
    "Tally",
    "Team",
    "Tombstone",
    "User",
    "Watch",
]

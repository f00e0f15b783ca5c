"""Every table, gathered for migrations."""

from jiesu.accounts.models import Account, AccountLink, SignInFailure, StaffRow
from jiesu.audit.checkpoints import Checkpoint, CheckpointHead, Unsealed
from jiesu.audit.security import SecurityEntry
from jiesu.audit.trail import TrailEntry
from jiesu.db.jobs import DeadLetter, Job
from jiesu.escalation.models import Escalation
from jiesu.intake.models import IdempotencyKey, NumberBlock
from jiesu.notifications.models import DemoMessage, Message, Notice
from jiesu.petitioners.models import Petitioner
from jiesu.sla.models import CalendarEdit, Deadline, Edition, Extension, Move, Pause
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Contact, Ticket
from jiesu.units.models import PlaceRow, UnitClosure, UnitRow

__all__ = [
    "Account", "AccountLink", "CalendarEdit", "Checkpoint", "CheckpointHead", "Contact", "DeadLetter", "Deadline", "DemoMessage", "Edition", "Escalation", "Extension", "IdempotencyKey",
    "Job", "Message", "Move", "Notice", "NumberBlock", "Pause", "Petitioner", "PlaceRow", "SecurityEntry", "SignInFailure", "StaffRow", "Survey", "Ticket", "TrailEntry", "UnitClosure", "UnitRow", "Unsealed",
]  # fmt: skip

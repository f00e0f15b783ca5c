"""Every table, gathered for migrations."""

from jiesu.accounts.models import Account, SignInFailure, StaffRow
from jiesu.attachments.models import Attachment
from jiesu.audit.security import SecurityEntry
from jiesu.audit.trail import TrailEntry
from jiesu.db.jobs import DeadLetter, Job
from jiesu.escalation.models import Escalation
from jiesu.intake.models import IdempotencyKey, NumberBlock
from jiesu.notifications.models import DemoMessage, Message, Notice
from jiesu.petitioners.consent import Consent
from jiesu.petitioners.models import Petitioner
from jiesu.secrecy.models import Withheld
from jiesu.sla.models import CalendarEdit, Deadline, Edition, Extension, Move, Pause
from jiesu.surveys.models import Survey
from jiesu.tickets.models import Contact, Ticket
from jiesu.units.models import PlaceRow, UnitClosure, UnitRow

__all__ = [
    "Account", "Attachment", "CalendarEdit", "Consent", "Contact", "DeadLetter", "Deadline", "DemoMessage", "Edition", "Escalation", "Extension", "IdempotencyKey",
    "Job", "Message", "Move", "Notice", "NumberBlock", "Pause", "Petitioner", "PlaceRow", "SecurityEntry", "SignInFailure", "StaffRow", "Survey", "Ticket", "TrailEntry", "UnitClosure", "UnitRow", "Withheld",
]  # fmt: skip

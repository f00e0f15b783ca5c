"""Every table, gathered for migrations."""

from jiesu.accounts.models import Account, AccountLink, SignInFailure, StaffRow
from jiesu.attachments.models import Attachment
from jiesu.audit.checkpoints import Checkpoint, CheckpointHead, Unsealed
from jiesu.audit.security import SecurityEntry
from jiesu.audit.trail import TrailEntry
from jiesu.audit.trail_keys import TrailKey
from jiesu.db.jobs import DeadLetter, Job
from jiesu.desk.drafts import Draft
from jiesu.desk.models import SavedFilter, TicketSeen
from jiesu.desk.prepared.models import PreparedFile
from jiesu.escalation.models import Escalation
from jiesu.escalation.orders import Order
from jiesu.intake.models import IdempotencyKey, NumberBlock, PetitionerAccess, WrongCode
from jiesu.notifications.models import DemoMessage, Message, Notice
from jiesu.outreach.models import OutreachContact, OutreachPerson
from jiesu.petitioners.consent import Consent
from jiesu.petitioners.models import Petitioner
from jiesu.petitioners.representatives import Representative
from jiesu.petitions.models import Document, DocumentSerial, Recheck, Service
from jiesu.proactive.models import ProactiveTask
from jiesu.receptions.models import Booking, Reception
from jiesu.routing.objections import Objection
from jiesu.secrecy.models import Withheld
from jiesu.sla.listings import Listing
from jiesu.sla.models import CalendarEdit, Deadline, Edition, Extension, Move, Pause
from jiesu.statistics.exclusions import Exclusion
from jiesu.statistics.frozen import Adjustment, FrozenFact, FrozenMonth
from jiesu.statistics.tally import KeptMonths, Tally, TallyMark, TallySum
from jiesu.surveys.models import Survey, SurveyCall
from jiesu.tickets.citing import Citation
from jiesu.tickets.hold import Hold
from jiesu.tickets.models import Contact, Ticket
from jiesu.tickets.tasks import Task
from jiesu.units.models import PlaceRow, UnitClosure, UnitRow

__all__ = [
    "Account",
    "AccountLink",
    "Adjustment",
    "Attachment",
    "Booking",
    "CalendarEdit",
    "Checkpoint",
    "CheckpointHead",
    "Citation",
    "Consent",
    "Contact",
    "DeadLetter",
    "Deadline",
    "DemoMessage",
    "Document",
    "DocumentSerial",
    "Draft",
    "Edition",
    "Escalation",
    "Exclusion",
    "Extension",
    "FrozenFact",
    "FrozenMonth",
    "Hold",
    "IdempotencyKey",
    "Job",
    "KeptMonths",
    "Listing",
    "Message",
    "Move",
    "Notice",
    "NumberBlock",
    "Objection",
    "Order",
    "OutreachContact",
    "OutreachPerson",
    "Pause",
    "Petitioner",
    "PetitionerAccess",
    "PlaceRow",
    "PreparedFile",
    "ProactiveTask",
    "Reception",
    "Recheck",
    "Representative",
    "SavedFilter",
    "SecurityEntry",
    "Service",
    "SignInFailure",
    "StaffRow",
    "Survey",
    "SurveyCall",
    "Tally",
    "TallyMark",
    "TallySum",
    "Task",
    "Ticket",
    "TicketSeen",
    "TrailEntry",
    "TrailKey",
    "UnitClosure",
    "UnitRow",
    "Unsealed",
    "Withheld",
    "WrongCode",
]  # fmt: skip

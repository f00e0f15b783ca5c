"""Every box that people may type into: of which form by whom, from which state on, and how much it takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jiesu.kit.text import clean, forbidden_characters
from tests.builders.forms import CITY, COUNTY, PHONE, STATION

__all__ = ["BOXES", "CLERK", "DESK", "DESK_STEPS", "MADE", "PARTS", "PEOPLE", "WATCHER", "Box", "Opened"]

OTHER = "VS-150102002"
DESK, OFFICER, HEAD, ABOVE = f"dispatcher-{CITY}", f"officer-{STATION}", f"unit_head-{STATION}", f"unit_head-{COUNTY}"
SUPERVISOR, LEADER, CLERK, HELPER = f"supervisor-{COUNTY}", f"unit_head-{CITY}", f"intake-{COUNTY}", f"officer-{OTHER}"
CALLER = f"callback-{CITY}"
#: Reads all and may do little, so that the page is short.
WATCHER = f"supervisor-{CITY}"
PEOPLE = (DESK, OFFICER, HEAD, ABOVE, WATCHER, SUPERVISOR, LEADER, CLERK, HELPER, CALLER)


@dataclass(frozen=True)
class Opened:
    """What is made first through the API for a form that is not a ticket's; its answer's `key` names it."""

    actor: str
    url: str
    body: dict[str, Any]
    key: str


@dataclass(frozen=True)
class Box:
    """A box of a desk step (`actor` a user), of the petitioner's pages, of filing, of the survey, or at addresses of its own."""

    actor: str
    step: str
    name: str
    state: str = ""
    longest: int = 5000
    least: int = 1
    #: What else is sent, both ways; `typed` by the form alone, where it differs.
    more: dict[str, Any] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    #: How the ticket is filed, and the steps taken before.
    form: dict[str, Any] = field(default_factory=dict)
    before: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    late: bool = False
    #: Addresses of its own, with the names of what was `opened`, and where it is read afterwards.
    api: str = ""
    page: str = ""
    opened: tuple[Opened, ...] = ()
    reads: tuple[str, ...] = ()
    reader: str = ""
    #: The ticket's page has no such box: it stands on the board, or is a choice there.
    boxless: bool = False
    #: Nobody who reads here is shown it.
    unseen: bool = False

    def takes(self, text: str) -> bool:
        kept = clean(text)
        return not forbidden_characters(kept) and self.least <= len(kept) <= self.longest

    def __str__(self) -> str:
        return f"{self.actor} {self.step} {self.name}"


PETITION = {"track": "PETITION", "service_class": "X"}
ASKED = (("extend", OFFICER, {"until": "2026-11-12", "reason": "等调档函"}),)
LISTING = {"plan": "等省厅批复后补发。", "until": "2026-12-15"}
LIST_ASKED = (("list", OFFICER, LISTING),)
LISTED = (*LIST_ASKED, ("grant_listing", WATCHER, {}))
TASK = {"unit": OTHER, "what": "查一九九八年的档案"}
GIVEN = (("give_task", DESK, TASK),)
REFUSED = (*GIVEN, ("object_task", HELPER, {"reason": "不归我们管"}))
ORDERED = (("supervise", SUPERVISOR, {"demand": "三日内办结"}),)
REPLIED = (*ORDERED, ("reply_order", OFFICER, {"reply": "已经办妥"}))
TALKED = (("contact", OFFICER, {}),)
LEFT_OUT = (("exclude", OFFICER, {"reason": "no_basis", "evidence": "市局函〔2026〕3号"}),)
UPHELD = {"verdict": "upheld", "opinion": "原意见事实清楚。"}
HEARD = (("hold_hearing", LEADER, {}),)
CHANGED = {"contacted": "yes", "solved": "no", "satisfied": "no", "why": "钱又停了"}
WELL = {"outcome": "answered", "contacted": "yes", "solved": "no", "satisfied": "no"}
PARTS = [
    {"title": "补发抚恤金", "text": "今年抚恤金停发了三个月。", "unit": STATION},
    {"title": "补办优待证", "text": "优待证丢了，请补办。", "unit": OTHER},
]
TYPED_PARTS = {f"{name}-{no}": text for no, part in enumerate(PARTS, 1) for name, text in part.items()}

OF_TICKETS = [
    Box("filing", "file", "text", least=5),
    Box("filing", "file", "title", longest=100, least=0),
    Box("filing", "file", "petitioner.name", longest=50, least=0),
    Box("petitioner", "supplement", "text", "need_info"),
    Box("petitioner", "withdraw", "reason", "registered", 2000, 0),
    Box("petitioner", "reopen", "reason", "closed", 2000),
    Box("petitioner", "recheck", "reason", "awaiting_survey", 1000, form=PETITION),
    Box("petitioner", "review", "reason", "rechecking", 1000, form=PETITION, before=(("decide_recheck", ABOVE, UPHELD),)),
    Box("survey", "answer", "reason", "awaiting_survey", 500, 0, {"contacted": "yes", "solved": "no"}),
    Box(DESK, "request_info", "question", "registered", 1000),
    Box(DESK, "answer", "text", "registered", form={"nature": "consult"}),
    Box(DESK, "divert", "pointer", "registered", 2000, more={"reason": "litigation"}),
    Box(DESK, "reclass", "reason", "dispatched", 500, more={"class": "P3"}),
    Box(DESK, "convert", "reason", "dispatched", 500, more={"track": "PETITION"}),
    Box(DESK, "split", "parts.text", "registered", typed=TYPED_PARTS),
    Box(DESK, "split", "parts.title", "registered", 60, typed=TYPED_PARTS),
    Box(DESK, "unsplit", "reason", "registered", 500, 0, before=(("split", DESK, {"parts": PARTS}),)),
    Box(DESK, "unmerge", "reason", "merged", 500, 0),
    Box(DESK, "designate", "reason", "objected", 900),
    Box(DESK, "give_task", "what", "in_progress", 900, 0, {"unit": OTHER}),
    Box(DESK, "keep_task", "reason", "in_progress", 900, more={"unit": OTHER}, before=REFUSED),
    Box(DESK, "relieve_task", "reason", "in_progress", 900, more={"unit": OTHER}, before=REFUSED),
    Box(DESK, "supplement", "text", "need_info"),
    Box(DESK, "reopen", "reason", "closed", 2000),
    Box(OFFICER, "contact", "note", "in_progress", more={"outcome": "reached"}),
    Box(OFFICER, "inform", "text", "in_progress", 1000),
    Box(OFFICER, "inform", "others", "main", 1000, more={"text": "等回函。"}),
    Box(OFFICER, "plan", "others", "main", more={"plan": "分三步办。"}, form={"service_class": "P4"}, before=TALKED),
    Box(OFFICER, "plan", "plan", "in_progress", form={"service_class": "P4"}, before=TALKED),
    Box(OFFICER, "note", "text", "in_progress", 2000),
    Box(OFFICER, "extend", "reason", "in_progress", 500, more={"until": "2026-11-12"}),
    Box(OFFICER, "list", "plan", "in_progress", more={"until": "2026-12-15"}),
    Box(OFFICER, "list", "event", "in_progress", 400, 0, more=LISTING),
    Box(OFFICER, "unlist", "reason", "in_progress", 500, before=LISTED),
    Box(OFFICER, "submit", "result", "in_progress", before=TALKED),
    Box(OFFICER, "submit", "others", "main", more={"result": "都办好了。"}, before=TALKED, unseen=True),
    Box(OFFICER, "object", "basis", "dispatched", 900, more={"reason": "not_our_place"}),
    Box(OFFICER, "object", "reason", "dispatched", 500, boxless=True),
    Box(OFFICER, "ask_task", "what", "in_progress", 900, more={"unit": OTHER}),
    Box(OFFICER, "reply_order", "reply", "in_progress", before=ORDERED),
    Box(OFFICER, "exclude", "evidence", "closed", more={"reason": "no_basis"}),
    Box(OFFICER, "refuse_acceptance", "basis", "in_progress", 2000, more={"reason": "outside"}, form=PETITION),
    Box(OFFICER, "serve", "receiver", "under_review", 50, more={"way": "in_person"}, form=PETITION),
    Box(OFFICER, "serve", "note", "under_review", 400, 0, {"way": "post", "receiver": "张建国"}, form=PETITION),
    Box(OFFICER, "recuse", "reason", "in_progress", 200),
    Box(OFFICER, "reveal", "reason", "in_progress", 200),
    Box(HELPER, "finish_task", "result", "in_progress", before=GIVEN),
    Box(HELPER, "object_task", "reason", "in_progress", 900, before=GIVEN),
    Box(CLERK, "ask_recheck", "reason", "awaiting_survey", 1000, form=PETITION),
    Box(CLERK, "ask_review", "reason", "rechecking", 1000, form=PETITION, before=(("decide_recheck", ABOVE, UPHELD),)),
    Box(ABOVE, "decide_recheck", "opinion", "rechecking", 4000, more={"verdict": "upheld"}, form=PETITION),
    Box(ABOVE, "decide_recheck", "signer", "rechecking", 50, 0, UPHELD, form=PETITION),
    Box(LEADER, "hold_hearing", "note", "reviewing", 500, 0, form=PETITION),
    Box(LEADER, "end_hearing", "note", "reviewing", 500, 0, form=PETITION, before=HEARD),
    Box(LEADER, "decide_review", "opinion", "reviewing", 4000, more={"verdict": "changed"}, form=PETITION),
    Box(LEADER, "decide_review", "signer", "reviewing", 50, 0, UPHELD, form=PETITION),
    Box(ABOVE, "grant_extension", "note", "in_progress", 2000, 0, before=ASKED),
    Box(ABOVE, "refuse_extension", "reason", "in_progress", 500, before=ASKED),
    Box(SUPERVISOR, "supervise", "demand", "in_progress", 2000),
    Box(SUPERVISOR, "accept_reply", "note", "in_progress", 2000, 0, before=REPLIED),
    Box(SUPERVISOR, "return_reply", "reason", "in_progress", 2000, before=REPLIED),
    Box(SUPERVISOR, "grant_exclusion", "note", "closed", 2000, 0, before=LEFT_OUT),
    Box(SUPERVISOR, "refuse_exclusion", "reason", "closed", 500, before=LEFT_OUT),
    Box(SUPERVISOR, "take_over", "reason", "in_progress", 500, boxless=True),
    Box(WATCHER, "own_case", "reason", "in_progress", 500, boxless=True),
    Box(WATCHER, "grant_listing", "note", "in_progress", 2000, 0, before=LIST_ASKED),
    Box(WATCHER, "refuse_listing", "reason", "in_progress", 500, before=LIST_ASKED),
    Box(WATCHER, "hold", "reason", "closed", 1000),
    Box(WATCHER, "lift_hold", "reason", "closed", 1000, before=(("hold", WATCHER, {"reason": "法院调取"}),)),
    Box(CALLER, "call_back", "reason", "awaiting_survey", 500, 0, WELL),
    Box(CALLER, "call_back", "note", "awaiting_survey", 2000, 0, {"outcome": "no_answer"}),
    Box(CALLER, "correct_answer", "reason", "closed", 500, 0, CHANGED),
    Box(CALLER, "correct_answer", "why", "closed", 500, more={"solved": "no", "satisfied": "no"}),
    Box(HEAD, "approve", "note", "under_review", 2000, 0),
    Box(HEAD, "approve", "signer", "under_review", 50, 0, form=PETITION),
    Box(HEAD, "send_back", "reason", "under_review", 2000),
    Box(ABOVE, "acknowledge", "note", "dispatched", 2000, 0, late=True),
]  # fmt: skip

PLANNED = {
    "leader": "王志强", "office": "局长", "place": "新城区接访室", "day": "2026-11-05", "begins": "09:00", "ends": "10:15",
}  # fmt: skip
NINE = "2026-11-05T09:00:00+08:00"
RECEPTION = Opened(CLERK, "/api/v1/desk/receptions", PLANNED, "ref")
BOOKING = {"slot": NINE, "name": "张建国", "phone": PHONE, "matter": "抚恤金"}
BOOKED = (RECEPTION, Opened("", "/api/v1/receptions/{0}/bookings", BOOKING, "number"))
PERSON = {"name": "李卫国", "phone": "13900139000", "kind": "veteran", "reason": "hardship"}
LISTED_PERSON = (Opened(OFFICER, "/api/v1/desk/contacts", PERSON, "ref"),)
VISITED = (*LISTED_PERSON, Opened(OFFICER, "/api/v1/desk/contacts/{0}/contact", {"way": "visit", "outcome": "reached", "note": "好", "needs": True}, "contact"))  # fmt: skip
RECEPTIONS, CONTACTS = "/api/v1/desk/receptions", "/api/v1/desk/contacts"
MADE = ("/desk?view=all", "/api/v1/desk/tickets?view=all")

ELSEWHERE = [
    *(
        Box(CLERK, "plan", name, longest=most, more=PLANNED, api=RECEPTIONS, page="/receptions",
            reads=(RECEPTIONS, "/receptions", "/reception"))
        for name, most in (("leader", 50), ("office", 50), ("place", 200))
    ),
    Box(CLERK, "cancel", "reason", longest=100, api=RECEPTIONS + "/{0}/cancel", page="/receptions/{0}",
        typed={"do": "cancel"}, opened=BOOKED, reads=("/receptions/{0}", RECEPTIONS + "/{0}")),
    Box(CLERK, "talk", "text", least=5, api=RECEPTIONS + "/{0}/bookings/{1}/ticket", page="/receptions/{0}",
        typed={"do": "ticket", "number": "{1}", "key": "", "category": ""}, opened=BOOKED, reads=MADE, reader=DESK),
    Box("", "book", "name", longest=50, more=BOOKING, api="/api/v1/receptions/{0}/bookings", page="/reception/{0}",
        typed={"do": "file", "key": ""}, opened=(RECEPTION,), reads=("/receptions/{0}", RECEPTIONS + "/{0}"), unseen=True),
    Box("", "book", "matter", longest=300, least=0, more=BOOKING, api="/api/v1/receptions/{0}/bookings", page="/reception/{0}",
        typed={"do": "file", "key": ""}, opened=(RECEPTION,), reads=("/receptions/{0}", RECEPTIONS + "/{0}")),
    Box(OFFICER, "list person", "name", longest=50, more=PERSON, api=CONTACTS, page="/contacts",
        reads=("/contacts?which=all", CONTACTS), unseen=True),
    Box(OFFICER, "keep in touch", "note", longest=2000, more={"way": "call", "outcome": "reached"}, api=CONTACTS + "/{0}/contact",
        page="/contacts/{0}", typed={"do": "contact"}, opened=LISTED_PERSON, reads=("/contacts/{0}", CONTACTS + "/{0}")),
    Box(OFFICER, "found need", "text", least=5, api=CONTACTS + "/{0}/ticket", page="/contacts/{0}",
        typed={"do": "ticket", "key": "", "category": ""}, opened=VISITED, reads=MADE, reader=DESK),
]  # fmt: skip

#: The late one last: it moves the clock.
BOXES = [*ELSEWHERE, *OF_TICKETS]
#: What the table has of the desk's steps: `step`, `name of the field`.
DESK_STEPS = {(box.step, box.name.partition(".")[0]) for box in OF_TICKETS if box.actor in PEOPLE}

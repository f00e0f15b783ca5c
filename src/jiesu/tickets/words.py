"""Closed vocabularies of a ticket, with how people read them."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Channel", "Nature", "Outcome", "Status", "Step", "Track", "say_status", "say_step"]


class Status(StrEnum):
    """Where a ticket is in its life (domain.md §3)."""

    REGISTERED = "registered"
    NEED_INFO = "need_info"
    ANSWERED = "answered"
    DIVERTED = "diverted"
    MERGED = "merged"
    SPLIT = "split"
    REJOINED = "rejoined"
    DISPATCHED = "dispatched"
    OBJECTED = "objected"
    IN_PROGRESS = "in_progress"
    UNDER_REVIEW = "under_review"
    AWAITING_SURVEY = "awaiting_survey"
    REWORK = "rework"
    LISTED = "listed"
    NOT_ACCEPTED = "not_accepted"
    RECHECKING = "rechecking"
    REVIEWING = "reviewing"
    FINAL = "final"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Step(StrEnum):
    """What can be done to a ticket."""

    REQUEST_INFO = "request_info"
    SUPPLEMENT = "supplement"
    ANSWER = "answer"
    DIVERT = "divert"
    DISPATCH = "dispatch"
    OBJECT = "object"
    DESIGNATE = "designate"
    ASK_TASK = "ask_task"
    GIVE_TASK = "give_task"
    FINISH_TASK = "finish_task"
    OBJECT_TASK = "object_task"
    KEEP_TASK = "keep_task"
    RELIEVE_TASK = "relieve_task"
    LIST = "list"
    GRANT_LISTING = "grant_listing"
    REFUSE_LISTING = "refuse_listing"
    UNLIST = "unlist"
    SUPERVISE = "supervise"
    REPLY_ORDER = "reply_order"
    ACCEPT_REPLY = "accept_reply"
    RETURN_REPLY = "return_reply"
    TAKE_OVER = "take_over"
    SIGN = "sign"
    ACCEPT = "accept"
    REFUSE_ACCEPTANCE = "refuse_acceptance"
    SERVE = "serve"
    ASK_RECHECK = "ask_recheck"
    DECIDE_RECHECK = "decide_recheck"
    ASK_REVIEW = "ask_review"
    HOLD_HEARING = "hold_hearing"
    END_HEARING = "end_hearing"
    DECIDE_REVIEW = "decide_review"
    HANDLE_ANEW = "handle_anew"
    CONTACT = "contact"
    INFORM = "inform"
    PLAN = "plan"
    EXTEND = "extend"
    GRANT_EXTENSION = "grant_extension"
    REFUSE_EXTENSION = "refuse_extension"
    EXCLUDE = "exclude"
    GRANT_EXCLUSION = "grant_exclusion"
    REFUSE_EXCLUSION = "refuse_exclusion"
    RECLASS = "reclass"
    CONVERT = "convert"
    NOTE = "note"
    SUBMIT = "submit"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    CALL_BACK = "call_back"
    RESEND_SURVEY = "resend_survey"
    CORRECT_ANSWER = "correct_answer"
    CLOSE = "close"
    ORDER_REWORK = "order_rework"
    WITHDRAW = "withdraw"
    REOPEN = "reopen"
    RECUSE = "recuse"
    MERGE = "merge"
    UNMERGE = "unmerge"
    SHARE_RESULT = "share_result"
    SPLIT = "split"
    REOPEN_PART = "reopen_part"
    UNSPLIT = "unsplit"
    REJOIN = "rejoin"


class Track(StrEnum):
    """SERVICE is handle-on-receipt, PETITION the statutory way (信访)."""

    SERVICE = "SERVICE"
    PETITION = "PETITION"


class Nature(StrEnum):
    CONSULT = "consult"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"


class Channel(StrEnum):
    """How the appeal reached the network."""

    WEB = "web"
    PHONE = "phone"
    VISIT = "visit"
    LETTER = "letter"
    LEADER_RECEPTION = "leader_reception"
    OTHER_SYSTEM = "other_system"


class Outcome(StrEnum):
    """What came of an attempt to reach the petitioner."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"


_STATUS = {
    Status.REGISTERED: ("已登记", "Registered"),
    Status.NEED_INFO: ("待补充材料", "Waiting for your details"),
    Status.ANSWERED: ("已答复", "Answered"),
    Status.DIVERTED: ("已转告办理渠道", "Pointed to the right channel"),
    Status.MERGED: ("已并案", "Merged"),
    Status.SPLIT: ("分件办理", "Handled in parts"),
    Status.REJOINED: ("已合回原件", "Put together again"),
    Status.DISPATCHED: ("已派单", "Dispatched"),
    Status.OBJECTED: ("退单审核中", "Objection being judged"),
    Status.IN_PROGRESS: ("办理中", "In progress"),
    Status.UNDER_REVIEW: ("结果审核中", "Result under review"),
    Status.AWAITING_SURVEY: ("待回访", "Waiting for your answer"),
    Status.REWORK: ("待重办", "To be reworked"),
    Status.LISTED: ("挂账办理", "Listed"),
    Status.NOT_ACCEPTED: ("不予受理", "Not accepted"),
    Status.RECHECKING: ("复查中", "Being rechecked"),
    Status.REVIEWING: ("复核中", "Being reviewed"),
    Status.FINAL: ("已复核终结", "Concluded by review"),
    Status.WITHDRAWN: ("已撤回", "Withdrawn"),
    Status.CLOSED: ("已办结", "Closed"),
}

_STEP = {
    Step.REQUEST_INFO: ("请补充材料", "Ask for details"),
    Step.SUPPLEMENT: ("补充材料", "Add details"),
    Step.ANSWER: ("直接答复", "Answer on the spot"),
    Step.DIVERT: ("转告其他渠道", "Divert"),
    Step.DISPATCH: ("派单", "Dispatch"),
    Step.OBJECT: ("退单", "Object"),
    Step.DESIGNATE: ("指定承办", "Designate"),
    Step.ASK_TASK: ("申请协办", "Ask for a co-handler"),
    Step.GIVE_TASK: ("交办协办", "Give a task to a co-handler"),
    Step.FINISH_TASK: ("完成协办", "Finish the task"),
    Step.OBJECT_TASK: ("协办异议", "Object to the task"),
    Step.KEEP_TASK: ("维持协办", "Keep the task"),
    Step.RELIEVE_TASK: ("免除协办", "Relieve the co-handler"),
    Step.LIST: ("申请挂账", "Ask for a listing"),
    Step.GRANT_LISTING: ("批准挂账", "List it"),
    Step.REFUSE_LISTING: ("不同意挂账", "Refuse the listing"),
    Step.UNLIST: ("销账", "End the listing"),
    Step.SUPERVISE: ("督办", "Supervise"),
    Step.REPLY_ORDER: ("答复督办", "Reply to the order"),
    Step.ACCEPT_REPLY: ("认可答复", "Accept the reply"),
    Step.RETURN_REPLY: ("退回答复", "Return the reply"),
    Step.TAKE_OVER: ("提级办理", "Take over"),
    Step.SIGN: ("签收", "Sign"),
    Step.ACCEPT: ("受理", "Accept"),
    Step.REFUSE_ACCEPTANCE: ("不予受理", "Do not accept"),
    Step.SERVE: ("送达文书", "Serve a document"),
    Step.ASK_RECHECK: ("申请复查", "Ask for a recheck"),
    Step.DECIDE_RECHECK: ("作出复查意见", "Decide the recheck"),
    Step.ASK_REVIEW: ("申请复核", "Ask for a review"),
    Step.HOLD_HEARING: ("举行听证", "Hold a hearing"),
    Step.END_HEARING: ("听证结束", "End the hearing"),
    Step.DECIDE_REVIEW: ("作出复核意见", "Decide the review"),
    Step.HANDLE_ANEW: ("责令重新处理", "Order it handled anew"),
    Step.CONTACT: ("联系诉求人", "Contact"),
    Step.INFORM: ("告知进展", "Tell of progress"),
    Step.PLAN: ("告知解决方案", "Tell the plan"),
    Step.EXTEND: ("申请延期", "Ask for more time"),
    Step.GRANT_EXTENSION: ("批准延期", "Grant more time"),
    Step.REFUSE_EXTENSION: ("不同意延期", "Refuse more time"),
    Step.RECLASS: ("调整等级或类别", "Change class or category"),
    Step.EXCLUDE: ("申请剔除", "Ask for an exclusion"),
    Step.GRANT_EXCLUSION: ("批准剔除", "Grant the exclusion"),
    Step.REFUSE_EXCLUSION: ("不同意剔除", "Refuse the exclusion"),
    Step.CONVERT: ("转为信访或接诉即办", "Convert the track"),
    Step.NOTE: ("记录", "Note"),
    Step.SUBMIT: ("提交结果", "Submit the result"),
    Step.APPROVE: ("审核通过", "Approve"),
    Step.SEND_BACK: ("退回修改", "Send back"),
    Step.CALL_BACK: ("记录回访", "Call back"),
    Step.RESEND_SURVEY: ("再发评价短信", "Send the survey again"),
    Step.CORRECT_ANSWER: ("代改评价", "Change the answer for the petitioner"),
    Step.CLOSE: ("办结", "Close"),
    Step.ORDER_REWORK: ("重办", "Rework"),
    Step.WITHDRAW: ("撤回", "Withdraw"),
    Step.REOPEN: ("重新办理", "Reopen"),
    Step.RECUSE: ("回避", "Recuse"),
    Step.MERGE: ("并案", "Merge"),
    Step.UNMERGE: ("解除并案", "Undo the merge"),
    Step.SPLIT: ("拆分", "Split"),
    Step.REOPEN_PART: ("恢复分件办理", "Take up parts again"),
    Step.UNSPLIT: ("取消拆分", "Undo the split"),
    Step.REJOIN: ("合回原件", "Put together again"),
    Step.SHARE_RESULT: ("随主件答复", "Answer with the main one"),
}


def say_status(status: Status, locale: str) -> str:
    """The status as people read it."""
    return _STATUS[status][locale.startswith("en")]


def say_step(step: Step, locale: str) -> str:
    """The step as people read it."""
    return _STEP[step][locale.startswith("en")]

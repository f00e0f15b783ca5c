"""How the board's pages name what they count; `en/board.po` has the English."""

from __future__ import annotations

from collections.abc import Mapping

from jiesu.web.pages.languages import N_

__all__ = ["BOARD_WORDS"]

#: vocabulary → code → Chinese
BOARD_WORDS: Mapping[str, Mapping[str, str]] = {
    "what": {
        "open": N_("全部在办"),
        "overdue": N_("已超时"),
        "due_24h": N_("24 小时内到期"),
        "waiting": N_("待认领督办"),
        "arrived": N_("登记的诉求"),
        "ended": N_("办结的诉求"),
        "backlog": N_("日终未办结"),
    },
    "queue": {
        "overdue": N_("已超时"),
        "due_24h": N_("24 小时内到期"),
        "to_dispatch": N_("待派单"),
        "to_sign": N_("待签收"),
        "in_progress": N_("办理中"),
        "to_review": N_("待审核"),
        "rework": N_("待重办"),
        "escalated": N_("待认领督办"),
    },
    "late": {
        "under_1": N_("不到 1 个工作日"),
        "from_1": N_("1 至 3 个工作日"),
        "from_3": N_("3 至 10 个工作日"),
        "from_10": N_("10 个工作日以上"),
    },
    "approval": {
        "extension": N_("延期申请"),
        "listing": N_("挂账申请"),
        "exclusion": N_("剔除申请"),
        "objection": N_("退单"),
        "result": N_("办理结果"),
    },
    "rate": {
        "response": N_("响应率"),
        "resolution": N_("解决率"),
        "satisfaction": N_("满意率"),
        "score": N_("得分"),
        "first_time_solved": N_("一次解决率"),
        "timed_response": N_("系统计时响应率"),
    },
}

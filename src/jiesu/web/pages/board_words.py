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
        "missed": N_("到期没有办结"),
        "escalated": N_("有督办的诉求"),
        "disputed": N_("诉求人不认可的"),
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
    "cause": {
        "corrected": N_("诉求人更改了评价"),
        "excluded": N_("批准剔除"),
        "rework": N_("重办"),
        "reopened": N_("重新办理"),
        "recount": N_("重新核对"),
    },
    "period": {"calendar": N_("自然月"), "assessment": N_("考核月")},
    "by": {"category": N_("按类别"), "function": N_("按职能"), "officer": N_("按承办人")},
    "how": {"on_time": N_("按时"), "late": N_("超时"), "open": N_("还没到期")},
    "why": {
        "merged": N_("并入另一件，只算主件"),
        "part": N_("拆分的一部分，整件算在第一部分"),
        "unreachable": N_("电话打不通，不等于不满意"),
        "refused": N_("不愿评价"),
        "anonymous": N_("匿名，没有人可问"),
        "silent": N_("没有回音，沉默不是满意"),
        "superseded": N_("后来又评价过，算后一次"),
    },
    "tier": {"county": N_("旗县区"), "township": N_("乡镇街道"), "village": N_("村社区")},
    "look": {"open": N_("办理中"), "done": N_("已办"), "withdrawn": N_("已收回")},
    "making": {
        "waiting": N_("排队中"),
        "making": N_("正在生成"),
        "ready": N_("可以下载"),
        "failed": N_("没有做成"),
    },
    "rate": {
        "response": N_("响应率"),
        "resolution": N_("解决率"),
        "satisfaction": N_("满意率"),
        "score": N_("得分"),
        "first_time_solved": N_("一次解决率"),
        "timed_response": N_("系统计时响应率"),
        "rework": N_("重办率"),
    },
}

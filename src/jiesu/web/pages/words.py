"""How pages name the closed vocabularies, in Chinese; `en.po` has the English."""

from __future__ import annotations

from collections.abc import Mapping

from jiesu.web.pages.languages import N_

__all__ = ["WORDS"]

#: vocabulary → code → Chinese; templates write `_(words.channel[code])`
WORDS: Mapping[str, Mapping[str, str]] = {
    "channel": {
        "web": N_("网上"),
        "phone": N_("电话"),
        "visit": N_("来访"),
        "letter": N_("来信"),
        "leader_reception": N_("领导接访"),
        "other_system": N_("其他系统转来"),
    },
    "nature": {
        "consult": N_("咨询"),
        "help": N_("求助"),
        "complaint": N_("投诉"),
        "report": N_("检举控告"),
        "suggestion": N_("建议"),
    },
    "track": {"SERVICE": N_("接诉即办"), "PETITION": N_("信访")},
    "kind": {
        "veteran": N_("退役军人"),
        "disabled": N_("残疾军人"),
        "martyr_family": N_("烈士、因公牺牲、病故军人遗属"),
        "service_family": N_("现役军人家属"),
        "retired_cadre": N_("军休人员"),
        "other": N_("其他"),
    },
    "outcome": {"reached": N_("已联系上"), "no_answer": N_("没有接通")},
    "divert": {
        "litigation": N_("应通过诉讼"),
        "arbitration": N_("应通过仲裁"),
        "reconsideration": N_("应通过行政复议"),
        "discipline": N_("属纪检监察受理范围"),
        "other_department": N_("属其他部门职责"),
    },
    "view": {
        "open": N_("全部在办"),
        "to_dispatch": N_("待派单"),
        "to_sign": N_("待签收"),
        "in_progress": N_("办理中"),
        "to_review": N_("待审核"),
        "rework": N_("待重办"),
        "need_info": N_("待补充"),
        "due_today": N_("今日到期"),
        "overdue": N_("已超时"),
        "escalated": N_("待认领督办"),
        "awaiting_survey": N_("待回访"),
        "ended": N_("已结束"),
        "all": N_("全部"),
    },
    "step": {
        "sign": N_("签收"),
        "contact": N_("记录联系"),
        "inform": N_("告知进展"),
        "plan": N_("告知解决方案"),
        "extend": N_("申请延期"),
        "grant_extension": N_("批准延期"),
        "refuse_extension": N_("不同意延期"),
        "reclass": N_("调整等级或类别"),
        "note": N_("写一条记录"),
        "submit": N_("提交办理结果"),
        "approve": N_("审核通过"),
        "send_back": N_("退回修改"),
        "dispatch": N_("派单"),
        "request_info": N_("请诉求人补充"),
        "supplement": N_("代诉求人补充"),
        "answer": N_("直接答复"),
        "divert": N_("转告其他渠道"),
        "reopen": N_("重新办理"),
        "acknowledge": N_("认领督办"),
        "reveal": N_("查看完整信息"),
    },
    "extension": {"asked": N_("等待决定"), "granted": N_("已延期"), "refused": N_("没有批准")},
    "level": {"1": N_("预警"), "2": N_("督办单"), "3": N_("提级督办"), "4": N_("领导包案")},
    "clock": {"petitioner": N_("诉求人时限"), "unit": N_("单位时限")},
    "survey": {
        "open": N_("等待评价"),
        "answered": N_("已评价"),
        "expired": N_("到期未评价"),
        "not_sent": N_("匿名，不回访"),
        "cancelled": N_("已取消"),
    },
    "contacted": {"yes": N_("联系过"), "no": N_("没有联系")},
    "pressed": {"no": N_("没有"), "yes": N_("有")},
    "solved": {"yes": N_("解决了"), "partly": N_("解决了一部分"), "no": N_("没有解决")},
    "satisfied": {"yes": N_("满意"), "mostly": N_("基本满意"), "no": N_("不满意")},
    "role": {
        "intake": N_("受理员"),
        "dispatcher": N_("派单员"),
        "officer": N_("承办人"),
        "unit_head": N_("单位负责人"),
        "callback": N_("回访员"),
        "supervisor": N_("督办员"),
        "administrator": N_("管理员"),
        "security": N_("安全员"),
        "auditor": N_("审计员"),
    },
}

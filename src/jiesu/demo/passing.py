"""Invented texts that end at the desk: short questions answered on the spot, and civic matters for other authorities."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["CIVIC", "QUESTIONS", "Passing"]


class Passing(NamedTuple):
    """What was said, and what the desk says to it: an answer, or a pointer to the right channel."""

    text: str
    reply: str
    reason: str = ""


#: Consultations a clerk answers at once.
QUESTIONS = (
    Passing(
        "请问你们服务中心周六上班吗？中午休息不休息？", "工作日8:30至12:00、14:30至17:30办公，周末有人值班接听电话。"
    ),
    Passing(
        "想问一下咱们服务中心搬到哪里去了，坐几路公交能到？", "中心地址见办事指南首页，乘公交在政务服务中心站下车即到。"
    ),
    Passing("咨询一下办事要带什么证件，能不能让家里人代办？", "带身份证和退役证件；代办的另带委托书和代办人身份证。"),
    Passing("请问上次交的材料复印件要不要再盖章？", "复印件与原件核对后由窗口盖核验章，不必另外盖章。"),
    Passing("想了解一下电话号码换了怎么在系统里改过来？", "带身份证到就近的服务站窗口，或打服务电话核对身份后更改。"),
    Passing(
        "请问窗口能不能预约，老人腿脚不好不想排队。",
        "可以电话预约；七十岁以上老人和行动不便的，窗口优先办理，也可以上门。",
    ),
    Passing("咨询一下查询码忘了怎么查进度？", "凭登记时的手机号和姓名，打服务电话或到窗口核对后可以重新告知。"),
    Passing(
        "请问材料能不能用手机拍照传上来，还要不要跑一趟？",
        "可以拍照上传，只有需要核对原件的才请您来一次，来前会电话约好时间。",
    ),
    Passing("想问下你们这儿能不能帮忙复印打印，收不收费？", "服务站免费提供复印打印。"),
    Passing(
        "请问回访电话是哪个号码打过来的？怕是骗子。",
        "回访只用公布的服务电话，不会问银行卡号和验证码；有疑问请回拨核实。",
    ),
    Passing("咨询一下外地户口能不能在这里的服务站登记信息？", "常住地服务站可以登记，带身份证和居住证明即可。"),
    Passing("请问今年集中核验信息还要本人到场吗？", "可以在手机上刷脸核验，不会用手机的由服务站上门。"),
)

#: Matters of other departments and other statutory channels; `reason` is a word of `DivertReason`.
CIVIC = (
    Passing(
        "小区门口的路灯坏了半个月了，晚上出门看不见路。",
        "路灯由城市管理部门负责，请拨打12345或市政设施热线。",
        "other_department",
    ),
    Passing(
        "楼上漏水把我家房顶泡了，物业推来推去不解决。",
        "物业纠纷请先找社区居委会调解，也可以向住建部门投诉。",
        "other_department",
    ),
    Passing(
        "今年供暖家里只有十五度，打热力公司电话没人接。",
        "供热问题请拨打12345，由住建部门督促供热企业测温处理。",
        "other_department",
    ),
    Passing(
        "我们村的水渠淤了好几年，浇不上地，希望有人管管。",
        "农田水利由乡镇政府和水务部门负责，已把联系电话告知您。",
        "other_department",
    ),
    Passing(
        "在超市买到过期牛奶，找商家不给退，还说没有小票。",
        "消费纠纷请拨打12315，由市场监管部门受理。",
        "other_department",
    ),
    Passing(
        "孩子学校门口天天堵车，接送孩子特别不安全。",
        "校门口交通秩序由公安交管部门负责，请拨打122或12345。",
        "other_department",
    ),
    Passing(
        "楼下烧烤摊每天到半夜两点，油烟噪声受不了。",
        "油烟噪声扰民由城市管理综合执法部门负责，请拨打12345。",
        "other_department",
    ),
    Passing(
        "包工头欠我三个月工钱，说没钱就是不给。",
        "拖欠工资请到劳动保障监察机构投诉，或申请劳动仲裁，电话12333。",
        "arbitration",
    ),
    Passing("公司不签合同还把我辞了，我想要个说法。", "劳动争议请先向劳动人事争议仲裁委员会申请仲裁。", "arbitration"),
    Passing(
        "跟邻居的宅基地官司法院判了我不服，想让你们重新判。",
        "已进入诉讼的事项请在上诉期内向上一级法院上诉。",
        "litigation",
    ),
    Passing(
        "交警罚了我两百块扣了分，我觉得罚得不对。", "对行政处罚不服，可在六十日内申请行政复议。", "reconsideration"
    ),
    Passing(
        "网上买房交了定金，开发商跑了，报案也没下文。",
        "涉嫌犯罪的由公安机关办理，可向立案的派出所查询进展。",
        "other_department",
    ),
)

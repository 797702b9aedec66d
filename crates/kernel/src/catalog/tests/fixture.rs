//! A small world of two mechanisms that uses every part of the grammar.

use crate::problem::SourceFile;

const WORDS: &str = r#"
chapter "care" "关爱" icon="heart"
role "clerk" "经办人" words="登记和交办。"
role "head"  "负责人" words="答复和确认。"
role "admin" "管理员" words="管系统。" administers="system"
list "visit_kind" "走访类别" {
    item "comfort" "慰问" { aliases "看望" }
    item "survey"  "调研"
    item "rural"   "乡村调研" parent="survey"
}
unit_kind "office" "科室"
figure_kind "case" "件" of="things"
figure_kind "attendance" "人次" of="things"
figure_kind "person" "人" of="people" places=0
figure_kind "yuan" "元" of="money" adds="万元"
figure_kind "wan" "万元" of="money" scale=10000 adds="元"
figure_kind "percent" "%" of="percent"
figure_kind "working_day" "工作日" of="working_days"
figure_kind "day" "天" of="days"
figure_kind "rank" "名次" of="rank"
setting "发文机关" "岚湾新区综合办公室"
setting "机关代字" "岚综"
"#;

const VISIT: &str = r#"
matter "visit" "走访" {
    purpose "走访了解困难,按期办结。"
    basis   "走访办法第三条"
    covers  "S001"
    number  "访〔{年}〕{序号}号" at="send"
    subject title="title" unit="unit"

    field "title"  "事由"     text required=#true max=100 search=#true { aliases "走访事由" "原因" }
    field "unit"   "所在单位" unit required=#true filter=#true
    field "kind"   "类别"     choice list="visit_kind" default="慰问" filter=#true
    field "due_on" "办理时限" day required=#true
    field "amount" "金额"     money
    field "people" "人数"     whole measure="人" min=1 max=500
    field "score"  "得分"     decimal places=1
    field "share"  "完成比例" percent default="0%"
    field "month"  "所属月份" month
    field "met_at" "见面时间" moment
    field "urgent" "加急"     yes_no
    field "helpers" "协办单位" units
    field "owner"  "经办"     person
    field "team"   "同行人员" people
    field "files"  "附件"     files
    field "answer" "答复"     long_text max=2000 help="写明怎样解决。"
    field "extend_to" "延至"  day
    field "sent_on"   "交办日" day stamped="send"
    field "closed_on" "办结日" day stamped="close"
    field "days_used" "用时"  computed formula="工作日数(交办日, 办结日)"

    child "item" "物资" {
        field "name"  "名称" text required=#true max=50
        field "count" "数量" whole measure="件"
    }

    state "drafted" "拟办"   holder="clerk"
    state "sent"    "待答复" holder="head"
    state "waiting" "暂缓"   holder="clerk"
    state "closed"  "已办结" final=#true
    state "dropped" "已撤销" final=#true

    step "draft"  "登记" to="drafted" who="clerk" asks="title unit kind due_on amount people score month met_at urgent helpers owner team item"
    step "revise" "修改" from="drafted" stays=#true who="clerk" asks="title kind due_on item"
    step "send"   "交办" from="drafted" to="sent" who="clerk" paper="letter" batch=#true when="办理时限 >= 今天()" else="时限已过,请先改定时限"
    step "reply"  "答复" from="sent" stays=#true who="head" needs="answer" asks="share files" within="3个工作日" because="三个工作日内答复"
    step "ask"    "申请延期" from="sent" stays=#true who="head" needs="extend_to" reason=#true
    step "grant"  "同意延期" from="sent" stays=#true who="clerk" opinion=#true apart="ask"
    step "hold"   "暂缓" from="sent" to="waiting" who="clerk" reason=#true
    step "resume" "恢复" from="waiting" to="sent" who="clerk"
    step "close"  "办结" from="sent" to="closed" who="clerk head"
    step "drop"   "撤销" from="drafted waiting" to="dropped" who="clerk" opens="talk"

    deadline "finish" "办结" from="send" until="due_on" stops="close" main=#true because="约定的时限" {
        warn "3个工作日" "10个工作日"
        pause "waiting"
        extend by="grant" to="extend_to"
        late opens="talk"
    }

    opening "talk" mechanism="follow_up" back="visit" {
        fill "title" "事由"
        fill "unit"  "所在单位"
    }

    paper "letter" "交办函" layout="letter" head="{发文机关}" title="关于{事由}的函" to="{所在单位}" sign="{发文机关}" copy="{协办单位}"

    notice at="send" to="head" words="收到{编号}:{事由}。"

    figure "sent" "交办数" count="全部" at="交办日" unit="件" {
        words "本期交办的走访"
        example { record sent_on="2026-03-02"; record; gives "1" }
    }
    figure "on_time" "按时办结率" ratio="办结日 <= 办理时限" over="非 为空(交办日)" at="办理时限" unit="%" {
        words "按时办结的" over="本期到期的"
        example { record state="closed" sent_on="2026-03-02" due_on="2026-03-10" closed_on="2026-03-09"; gives "100%" }
    }
    figure "money" "慰问金" sum="金额" when="状态 = 已办结" at="办结日" unit="元" {
        words "本期办结的慰问金"
        example { record state="closed" closed_on="2026-03-09" amount="500元"; gives "500" }
    }
    figure "days" "平均用时" average="用时" at="办结日" unit="工作日" {
        words "平均用时"
        example { record sent_on="2026-03-02" closed_on="2026-03-04"; gives "2" }
    }
    figure "open" "在办数" stock="非 为空(交办日)" since="交办日" until="办结日" unit="件" {
        words "期末在办"
        example on="2026-03-31" { record sent_on="2026-03-02"; gives "1" }
    }
    figure "visitors" "走访人数" people="同行人员" when="状态 = 已办结" at="办结日" by="kind urgent" unit="人" {
        words "本期办结的走访中同行的人，同一人只算一次"
        example { record state="closed" closed_on="2026-03-09" team="甲、乙"; record state="closed" closed_on="2026-04-09" team="乙、丙"; record team="丁"; gives "3" }
    }

    rights see="head" import="clerk" export="clerk head"
    list columns="number title unit state light due people holder" sort="due"
    board card="title unit"
    calendar by="due_on"

    example "办结" ends="closed" {
        step "draft" on="2026-03-02" { title "慰问老党员"; kind "comfort"; due_on "2026-03-31"; item name="米" count=2; item name="油" }
        step "send"  on="2026-03-03"
        step "close" on="2026-03-09"
    }
}
"#;

const FOLLOW_UP: &str = r#"
// 约谈提纲
matter "follow_up" "约谈" {
    purpose "走访逾期后约谈。"
    basis   "走访办法第五条"
    subject title="title" unit="unit"
    field "title" "事项" text required=#true
    field "unit"  "单位名称" unit required=#true
    field "visit" "所涉走访" record of="visit"
    state "open"   "待约谈" holder="clerk"
    state "closed" "已约谈" final=#true
    step "start" "登记" to="open" who="clerk" clock=#true asks="title unit visit"
    step "close" "约谈" from="open" to="closed" who="clerk"
    rights see="head"
    list columns="title unit state" sort="opened"
    example "约谈" ends="closed" {
        step "start" on="2026-03-02" { title "逾期约谈" }
        step "close" on="2026-03-03"
    }
}
"#;

const LETTER: &str = "因{事由},现交你单位办理。\n[若 非 为空(金额)]金额:{金额}。\n[表 物资:名称|数量]\n";

/// The files of the small world.
pub(in crate::catalog) fn files() -> Vec<SourceFile> {
    let files = [
        ("care/follow_up.kdl", FOLLOW_UP),
        ("care/visit.kdl", VISIT),
        ("care/visit/letter.txt", LETTER),
        ("vocabulary/words.kdl", WORDS),
    ];
    files.map(|(path, text)| SourceFile { path: path.into(), text: text.trim_start().into() }).to_vec()
}

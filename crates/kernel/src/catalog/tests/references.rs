//! Are ids, formulas, templates, spans and patterns resolved, and is each slip told at its place?

use expect_test::expect;

use super::*;

// proves: state.holder
#[test]
fn an_unknown_id_is_named_with_the_nearest() {
    problems("holder=\"head\"", "holder=\"haed\"", expect!["care/visit.kdl:35:27 没有名为 haed 的角色 是否为“head”？"]);
    problems(
        "from=\"sent\" to=\"waiting\"",
        "from=\"sennt\" to=\"wating\"",
        expect![[r#"
            care/visit.kdl:46:30 没有名为 sennt 的状态 是否为“sent”？
            care/visit.kdl:46:37 没有名为 wating 的状态 是否为“waiting”？"#]],
    );
    problems(
        "asks=\"title kind due_on item\"",
        "asks=\"title knd due_on items\"",
        expect![[r#"
            care/visit.kdl:41:75 没有名为 knd 的栏目 是否为“kind”？
            care/visit.kdl:41:86 没有名为 items 的栏目 是否为“item”？"#]],
    );
    problems(
        "paper=\"letter\"",
        "paper=\"leter\"",
        expect!["care/visit.kdl:42:61 没有名为 leter 的文书 是否为“letter”？"],
    );
    problems(
        "opens=\"talk\"\n\n",
        "opens=\"talks\"\n\n",
        expect!["care/visit.kdl:49:72 没有名为 talks 的联动 是否为“talk”？"],
    );
    problems("apart=\"ask\"", "apart=\"aks\"", expect!["care/visit.kdl:45:83 没有名为 aks 的步骤"]);
    problems("stamped=\"send\"", "stamped=\"snd\"", expect!["care/visit.kdl:25:33 没有名为 snd 的步骤 是否为“send”？"]);
    problems(
        "choice list=\"visit_kind\"",
        "choice list=\"kind\"",
        expect![[r#"
            care/visit.kdl:10:36 没有名为 kind 的选项表
            care/visit.kdl:87:73 没有名为 kind 的栏目"#]],
    );
    problems(
        "record of=\"visit\"",
        "record of=\"visits\"",
        expect![[r#"
            care/follow_up.kdl:8:33 没有名为 visits 的机制 是否为“visit”？
            care/visit.kdl:58:42 没有名为 visit 的栏目"#]],
    );
    problems(
        "notice at=\"send\" to=\"head\"",
        "notice at=\"sent\" to=\"hed\"",
        expect![[r#"
            care/visit.kdl:65:12 没有名为 sent 的步骤 是否为“send”？
            care/visit.kdl:65:22 没有名为 hed 的角色 是否为“head”？"#]],
    );
}

#[test]
fn a_formula_is_told_at_its_place() {
    problems(
        "when=\"办理时限 >= 今天()\"",
        "when=\"办理期限 >= 今天()\"",
        expect!["care/visit.kdl:42:94 没有名为“办理期限”的字段 是否为“办理时限”？"],
    );
    problems(
        "when=\"办理时限 >= 今天()\"",
        "when=\"办理时限\"",
        expect!["care/visit.kdl:42:94 这里要写条件，写的是日期 例如 办结日 <= 完成时限，或 完成时限 在 期间"],
    );
    problems(
        "when=\"办理时限 >= 今天()\"",
        "when=\"办理时限 在 期间\"",
        expect!["care/visit.kdl:42:88 步骤的条件里没有“期间” “在 期间”只能用在指标里"],
    );
    problems(
        "count=\"全部\" at=\"交办日\"",
        "count=\"办理时限 < 今天()\" at=\"交办日\"",
        expect!["care/visit.kdl:67:25 指标的公式里不能用今天() 随时间变化的数请用 stock，写明 since 和 until"],
    );
    problems(
        "count=\"全部\" at=\"交办日\"",
        "count=\"交办日 在 期间\" at=\"事由\"",
        expect![[r#"
            care/visit.kdl:67:25 指标的公式里不用写“在 期间” 请用 at 写明按哪一天归到期间
            care/visit.kdl:67:46 这里要算出一个日期，写的是文本"#]],
    );
    problems(
        "when=\"状态 = 已办结\"",
        "when=\"状态 = 办完\"",
        expect![
            "care/visit.kdl:75:46 “状态”没有“办完”这个选项，也没有这个名称的字段 可选：拟办、待答复、暂缓、已办结、已撤销"
        ],
    );
}

#[test]
fn a_condition_and_its_words_come_together() {
    problems(
        " else=\"时限已过,请先改定时限\"",
        "",
        expect!["care/visit.kdl:42:88 有 when 就要有 else 用 else 写明条件不满足时告诉办理人什么、接下来怎么办"],
    );
    problems("when=\"办理时限 >= 今天()\" ", "", expect!["care/visit.kdl:42:88 有 else 就要有 when 用 when 写明条件"]);
}

#[test]
fn a_template_is_told_at_its_place_in_its_own_file() {
    problems("因{事由}", "因{事油}", expect!["care/visit/letter.txt:1:3 没有名为“事油”的字段 是否为“事由”？"]);
    problems(
        "[表 物资:名称|数量]",
        "[表 物资:名称|单价]",
        expect!["care/visit/letter.txt:3:4 子表“物资”没有“单价”这一栏 栏有：名称、数量"],
    );
    problems(
        "words=\"收到{编号}:{事由}。\"",
        "words=\"收到{编好}:{事由}。\"",
        expect!["care/visit.kdl:65:42 没有名为“编好”的字段 是否为“编号”？"],
    );
    problems(
        "head=\"{发文机关}\"",
        "head=\"{发文单位}\"",
        expect!["care/visit.kdl:63:49 没有名为“发文单位”的字段 是否为“单位”？"],
    );
}

#[test]
fn spans_and_patterns_are_read() {
    problems(
        "within=\"3个工作日\"",
        "within=\"三日左右\"",
        expect!["care/visit.kdl:43:93 看不懂期限“三日左右”，请写成“10个工作日”“15天”“1个月”“半年”或“1年”"],
    );
    problems(
        "warn \"3个工作日\" \"10个工作日\"",
        "warn \"3月\" \"10个工作日\" \"10个工作日\"",
        expect![[r#"
            care/visit.kdl:52:14 “3月”是月份，不是期限；如指期限，请写成“3个月”
            care/visit.kdl:52:28 10个工作日 写了两次"#]],
    );
    problems(
        "访〔{年}〕{序号}号",
        "访〔{年份}〕{序号}号",
        expect!["care/visit.kdl:5:16 编号样式不认识“年份”，是否为“年”？可以写年、序号、机关代字、单位简称、代字"],
    );
    problems(
        "访〔{年}〕{序号}号",
        "访[{年}]{序号}号",
        expect!["care/visit.kdl:5:15 年份要用六角括号〔 〕括起，写成〔{年}〕"],
    );
}

// proves: number
#[test]
fn a_pattern_that_names_the_sites_code_needs_the_setting() {
    let files =
        edited(&[("访〔{年}〕{序号}号", "{机关代字}〔{年}〕{序号}号"), ("setting \"机关代字\" \"岚综\"\n", "")]);
    expect![[
        r#"care/visit.kdl:5:13 编号样式用了机关代字，但没有这项设置 请在 vocabulary/site.kdl 里写 setting "机关代字""#
    ]]
    .assert_eq(&first_hand(check(&files).1));
}

// proves: field
// proves: child.field
#[test]
fn a_property_must_fit_the_type_of_its_field() {
    problems(
        "day required=#true",
        "day required=#true max=3",
        expect!["care/visit.kdl:11:46 day 栏目不能写 max 请去掉它，或者换一个类型"],
    );
    problems(
        "computed formula=",
        "computed required=#true formula=",
        expect!["care/visit.kdl:27:38 computed 栏目不能写 required 请去掉它，或者换一个类型"],
    );
    problems(
        "computed formula=\"工作日数(交办日, 办结日)\"",
        "computed",
        expect!["care/visit.kdl:27:29 computed 栏目要用 formula 写明公式"],
    );
    problems(
        "choice list=\"visit_kind\" default=\"慰问\"",
        "choice",
        expect![[r#"
            care/visit.kdl:10:29 choice 栏目要用 list 写明是哪个选项表
            care/visit.kdl:87:73 没有名为 kind 的栏目"#]],
    );
    problems("decimal places=1", "decimal places=9", expect!["care/visit.kdl:14:37 places 要在0到6之间"]);
    problems("min=1 max=500", "min=600 max=500", expect!["care/visit.kdl:13:47 min 比 max 大"]);
    problems(
        "stamped=\"send\"",
        "stamped=\"send\" required=#true",
        expect!["care/visit.kdl:25:33 day 栏目不能写 stamped stamped 只用于不必填、没有默认值的 day 和 moment 栏目"],
    );
    problems(
        "moment",
        "moment filter=#true search=#true",
        expect![[r#"
            care/visit.kdl:17:34 moment 栏目不能写 filter 请去掉它，或者换一个类型
            care/visit.kdl:17:47 moment 栏目不能写 search 请去掉它，或者换一个类型"#]],
    );
    problems("default=\"慰问\"", "default=\"0%\"", expect!["care/visit.kdl:10:54 默认值和栏目“类别”的类型不合"]);
    problems(
        "\"名称\" text required",
        "\"名称\" files required",
        expect![[r#"
            care/visit.kdl:30:28 类型不能是“files”，要写text、long_text、whole、decimal、money、percent、day、month、yes_no、choice、unit、person、record其中之一
            care/visit.kdl:98:97 没有名为 name 的栏目
            care/visit.kdl:98:120 没有名为 name 的栏目
            care/visit/letter.txt:3:4 子表“物资”没有“名称”这一栏 栏有：数量"#]],
    );
    problems("max=100 search", "max=0 search", expect!["care/visit.kdl:8:49 max 要在1到20000之间"]);
}

#[test]
fn a_field_may_not_be_called_like_what_every_record_has() {
    problems(
        "field \"answer\" \"答复\"",
        "field \"answer\" \"状态\"",
        expect!["care/visit.kdl:23:20 栏目不能叫“状态”：每条记录本来就有状态 请换一个更具体的名称"],
    );
    problems(
        "field \"amount\" \"金额\"",
        "field \"light\" \"金额\"",
        expect![[r#"
            care/visit.kdl:12:11 代号 light 已用作台账的固定列 请换一个代号
            care/visit.kdl:40:78 没有名为 amount 的栏目 是否为“month”？
            care/visit.kdl:77:64 没有名为 amount 的栏目 是否为“month”？"#]],
    );
    problems(
        "field \"answer\" \"答复\"",
        "field \"answer\" \"答{复\"",
        expect!["care/visit.kdl:23:20 名称“答{复”里不能有括号、竖线和引号"],
    );
}

#[test]
fn a_field_that_is_broken_gets_no_second_complaint_from_its_formulas() {
    problems(
        "field \"due_on\" \"办理时限\" day",
        "field \"due_on\" \"办理时限\" dya",
        expect![
            "care/visit.kdl:11:27 类型不能是“dya”，要写text、long_text、whole、decimal、money、percent、day、month、moment、yes_no、choice、unit、units、person、people、record、files、computed其中之一"
        ],
    );
}

#[test]
fn computed_fields_may_build_on_each_other_but_not_in_a_ring() {
    let field = "field \"days_used\" \"用时\"  computed formula=\"工作日数(交办日, 办结日)\"";
    let more = format!("field \"double\" \"两倍\" computed formula=\"用时 * 2\"\n    {field}");
    problems(field, &more, expect![""]);
    let ring = "field \"a\" \"甲\" computed formula=\"乙 * 2\"\n    field \"b\" \"乙\" computed formula=\"甲 * 2\"";
    problems(
        field,
        ring,
        expect![[r#"
            care/visit.kdl:27:28 “甲”的公式绕回了自己 公式之间不能互相引用成一圈
            care/visit.kdl:28:28 “乙”的公式绕回了自己 公式之间不能互相引用成一圈
            care/visit.kdl:80:35 没有名为“用时”的字段 可用：状态、编号、单位、登记日、结束日、事由、所在单位、类别、办理时限、金额、人数、得分 等"#]],
    );
}

#[test]
fn a_step_leads_somewhere_or_stays() {
    problems(
        "from=\"drafted\" stays=#true who=\"clerk\"",
        "from=\"drafted\" who=\"clerk\"",
        expect!["care/visit.kdl:41:5 没有写走完到哪个状态 状态改变写 to，不变写 stays=#true"],
    );
    problems(
        "from=\"sent\" to=\"waiting\"",
        "from=\"sent\" to=\"waiting\" stays=#true",
        expect!["care/visit.kdl:46:49 to 和 stays 只能写一个 状态改变写 to，不变写 stays=#true"],
    );
    problems(
        "\"登记\" to=\"drafted\"",
        "\"登记\" stays=#true",
        expect!["care/visit.kdl:40:5 新建记录的第一步要用 to 写明到哪个状态 如果不是第一步，请写 from"],
    );
}

// proves: step.clock
#[test]
fn some_properties_of_steps_do_not_go_together() {
    problems(
        "from=\"sent\" to=\"waiting\"",
        "from=\"sent\" clock=#true to=\"waiting\"",
        expect!["care/visit.kdl:46:36 clock 只能写在新建记录的第一步 请去掉 clock"],
    );
    problems(
        "needs=\"answer\" asks=\"share files\"",
        "needs=\"answer\" asks=\"share files answer\"",
        expect!["care/visit.kdl:43:74 answer 同时写在 needs 和 asks 里 必须填的只写在 needs 里"],
    );
    problems(
        "asks=\"share files\"",
        "asks=\"share files days_used sent_on\"",
        expect![[r#"
            care/visit.kdl:43:74 “交办日”是自动得出的，不能让人填 请从 asks 里去掉 sent_on
            care/visit.kdl:43:74 “用时”是自动得出的，不能让人填 请从 asks 里去掉 days_used"#]],
    );
    problems(
        " apart=\"ask\"",
        "",
        expect![
            "care/visit.kdl:45:62 写意见的步骤没有写明审的是谁办的事 用 apart 写明审的是哪几步；办过那几步的人不能办这一步"
        ],
    );
    problems("apart=\"ask\"", "apart=\"grant\"", expect!["care/visit.kdl:45:76 apart 不能是这一步自己"]);
    problems(
        "to=\"drafted\" who=\"clerk\"",
        "to=\"drafted\" within=\"3日\" who=\"clerk\"",
        expect!["care/visit.kdl:40:37 新建记录的第一步不能写 within 还没有记录，无从计时"],
    );
}

// proves: deadline.within
#[test]
fn a_deadline_is_due_by_a_field_or_after_a_span() {
    problems(
        "until=\"due_on\"",
        "until=\"due_on\" within=\"3日\"",
        expect!["care/visit.kdl:51:55 until 和 within 只能写一个"],
    );
    problems(
        "until=\"due_on\" ",
        "",
        expect!["care/visit.kdl:51:5 没有写何时到期 到栏目里的日期为止写 until，开始后多久到期写 within"],
    );
    problems("until=\"due_on\"", "within=\"30日\"", expect![""]);
    problems(
        "extend by=\"grant\" to=\"extend_to\"",
        "extend by=\"grnt\" to=\"title\"",
        expect![[r#"
            care/visit.kdl:54:16 没有名为 grnt 的步骤 是否为“grant”？
            care/visit.kdl:54:26 “事由”不是日期栏目 延期要延到一个 day 栏目写的那天"#]],
    );
    problems("stops=\"close\"", "stops=\"send\"", expect!["care/visit.kdl:51:55 期限不能在同一步开始又结束"]);
}

// proves: subject.title
// proves: subject.unit
#[test]
fn title_and_unit_are_required_fields_of_their_types() {
    problems(
        "subject title=\"title\" unit=\"unit\"\n\n",
        "subject title=\"answer\" unit=\"title\"\n\n",
        expect![[r#"
            care/visit.kdl:6:13 “答复”不合适：这里要必填的 text 栏目
            care/visit.kdl:6:28 “事由”不合适：这里要必填的 unit 栏目"#]],
    );
    problems(
        "text required=#true max=100",
        "text max=100",
        expect!["care/visit.kdl:6:13 “事由”要必填 请在栏目上写 required=#true"],
    );
    problems(
        "calendar by=\"due_on\"",
        "calendar by=\"title\"",
        expect!["care/visit.kdl:95:14 “事由”不合适：这里要day 栏目"],
    );
    problems(
        "calendar by=\"due_on\"",
        "calendar by=\"item\"",
        expect!["care/visit.kdl:95:14 item 是子表：这里要day 栏目"],
    );
}

// proves: figure.unit
#[test]
fn a_figure_is_counted_in_one_way_and_in_its_unit() {
    problems(
        "count=\"全部\" at=\"交办日\"",
        "at=\"交办日\"",
        expect![
            "care/visit.kdl:67:5 没有写怎样数 count、sum、ratio、average、stock、people、balance、of、should 九种里写一种"
        ],
    );
    problems(
        "count=\"全部\" at=\"交办日\"",
        "count=\"全部\" sum=\"金额\" at=\"交办日\"",
        expect![
            "care/visit.kdl:67:5 一个指标只能有一种数法 count、sum、ratio、average、stock、people、balance、of、should 九种里写一种"
        ],
    );
    problems("count=\"全部\" at=\"交办日\"", "count=\"全部\"", expect!["care/visit.kdl:67:25 count 还要写 at"]);
    problems(
        "count=\"全部\" at=\"交办日\"",
        "count=\"全部\" at=\"交办日\" since=\"交办日\"",
        expect!["care/visit.kdl:67:45 count 不用写 since"],
    );
    problems(
        "at=\"办理时限\" unit=\"%\"",
        "at=\"办理时限\" unit=\"件\"",
        expect![[r#"care/visit.kdl:71:77 比率的单位应当是% 比率写 unit="%""#]],
    );
    problems("at=\"办结日\" unit=\"元\"", "at=\"办结日\" unit=\"万元\"", expect![""]);
    problems(
        "sum=\"金额\"",
        "sum=\"人数\"",
        expect!["care/visit.kdl:75:60 公式的单位是“人”，这里写的是“元” 单位要和公式算出来的一样"],
    );
    problems(
        "at=\"交办日\" unit=\"件\"",
        "at=\"交办日\" unit=\"%\"",
        expect!["care/visit.kdl:67:45 数个数的指标单位不能是% 单位写项、件、场、人次等"],
    );
}

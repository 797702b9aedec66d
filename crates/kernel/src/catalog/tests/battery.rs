//! Does each check of the battery find what it is for?

use expect_test::expect;

use super::*;

#[test]
fn ids_and_names_are_unique() {
    problems(
        "state \"waiting\" \"暂缓\"",
        "state \"sent\" \"暂缓\"",
        expect![[r#"
            care/visit.kdl:36:11 状态“sent”写了两次
            care/visit.kdl:46:36 没有名为 waiting 的状态
            care/visit.kdl:47:30 没有名为 waiting 的状态
            care/visit.kdl:49:38 没有名为 waiting 的状态
            care/visit.kdl:53:15 没有名为 waiting 的状态"#]],
    );
    problems(
        "state \"waiting\" \"暂缓\"",
        "state \"waiting\" \"待答复\"",
        expect!["care/visit.kdl:36:21 状态“待答复”写了两次"],
    );
    problems(
        "field \"count\" \"数量\"",
        "field \"name\" \"数量\"",
        expect![[r#"
            care/visit.kdl:31:15 栏目“name”写了两次
            care/visit.kdl:98:106 没有名为 count 的栏目"#]],
    );
    problems(
        "deadline \"finish\"",
        "deadline \"reply\"",
        expect!["care/visit.kdl:51:14 期限 reply 和写了 within 的步骤同名 请给期限换一个代号"],
    );
}

// proves: field.aliases
#[test]
fn a_column_title_means_one_field() {
    problems(
        "aliases \"走访事由\" \"原因\"",
        "aliases \"金额\" \"原因\"",
        expect!["care/visit.kdl:8:80 列名“金额”指了两个栏目"],
    );
}

// proves: covers
#[test]
fn rows_of_the_list_are_written_as_s_and_three_digits() {
    problems(
        "covers  \"S001\"",
        "covers \"S1\" \"S002\" \"S002\"",
        expect![[r#"
            care/visit.kdl:4:12 机制清单编号“S1”不对 写成 S 加三位数字，例如 S138
            care/visit.kdl:4:24 S002 写了两次"#]],
    );
}

#[test]
fn exactly_one_step_starts() {
    problems(
        "from=\"waiting\" to=\"sent\"",
        "to=\"sent\"",
        expect!["care/visit.kdl:47:10 resume 也没有写 from，但第一步已经是 draft 一个机制只能有一个不写 from 的步骤"],
    );
    problems(
        "to=\"open\" who=\"clerk\" clock=#true",
        "from=\"open\" to=\"open\" who=\"clerk\"",
        expect![[r#"
            care/follow_up.kdl:2:1 没有新建记录的第一步 要有一个不写 from 的步骤
            care/follow_up.kdl:15:13 例子“约谈”要从新建记录的第一步走起"#]],
    );
}

// proves: state.final
#[test]
fn every_state_is_reached_and_every_record_can_end() {
    problems(
        "from=\"sent\" to=\"waiting\"",
        "from=\"sent\" to=\"sent\"",
        expect!["care/visit.kdl:36:11 走不到状态“暂缓” 请补上通到这里的步骤，或者删去这个状态"],
    );
    let files = edited(&[
        ("from=\"waiting\" to=\"sent\"", "from=\"waiting\" stays=#true"),
        ("from=\"drafted waiting\"", "from=\"drafted\""),
    ]);
    expect!["care/visit.kdl:36:11 从状态“暂缓”走不到办完 请补上通到 final 状态的步骤"]
        .assert_eq(&first_hand(check(&files).1));
    problems(
        "state \"closed\" \"已约谈\" final=#true",
        "state \"closed\" \"已约谈\" holder=\"clerk\"",
        expect![[r#"
            care/follow_up.kdl:2:1 没有办完的状态 至少一个状态要写 final=#true
            care/follow_up.kdl:10:26 状态“已约谈”由 clerk 来办，但这个角色在这里没有可走的步骤 请换一个角色，或者补上步骤"#]],
    );
}

// proves: step.asks
#[test]
fn the_first_step_asks_what_is_required() {
    problems(
        "asks=\"title unit kind due_on amount",
        "asks=\"title unit kind amount",
        expect!["care/visit.kdl:40:10 必填的“办理时限”在第一步“登记”里没有填的地方 请在 asks 里加上 due_on"],
    );
}

// proves: state.holder
#[test]
fn somebody_acts_in_every_open_state() {
    problems(
        "\"暂缓\"   holder=\"clerk\"",
        "\"暂缓\"",
        expect![[r#"care/visit.kdl:36:11 状态“暂缓”没有写由谁来办 请写 holder="角色"，或者写 final=#true"#]],
    );
    problems(
        "\"暂缓\"   holder=\"clerk\"",
        "\"暂缓\" holder=\"head\"",
        expect![
            "care/visit.kdl:36:26 状态“暂缓”由 head 来办，但这个角色在这里没有可走的步骤 请换一个角色，或者补上步骤"
        ],
    );
    problems(
        "\"已办结\" final=#true",
        "\"已办结\" final=#true holder=\"clerk\"",
        expect!["care/visit.kdl:37:39 办完的状态不用写 holder"],
    );
}

// proves: deadline.main
// proves: deadline.until
#[test]
fn a_deadline_can_be_computed() {
    problems(
        "until=\"due_on\"",
        "until=\"extend_to\"",
        expect!["care/visit.kdl:51:40 期限算不出来：“延至”不一定有日期 until 要写一个必填的或自动记下的 day 栏目"],
    );
    problems(
        "until=\"due_on\"",
        "until=\"title\"",
        expect!["care/visit.kdl:51:40 期限算不出来：“事由”不一定有日期 until 要写一个必填的或自动记下的 day 栏目"],
    );
    problems("until=\"due_on\"", "until=\"item\"", expect!["care/visit.kdl:51:40 item 是子表，不是 day 栏目"]);
    problems("pause \"waiting\"", "pause \"closed\"", expect!["care/visit.kdl:51:14 办完的状态 closed 不用停止计时"]);
    problems("extend by=\"grant\"", "extend by=\"close\"", expect!["care/visit.kdl:51:14 延期的步骤不能同时结束期限"]);
    problems(
        "    opening \"talk\"",
        "    deadline \"second\" \"再办\" from=\"send\" within=\"9日\" stops=\"close\" main=#true\n    opening \"talk\"",
        expect!["care/visit.kdl:58:66 主要期限只能有一个，已经是 finish"],
    );
}

// proves: role.administers
#[test]
fn administrators_take_no_part_in_business() {
    problems(
        "who=\"clerk head\"",
        "who=\"clerk admin\"",
        expect!["care/visit.kdl:48:48 admin 只管系统，不看业务事项 请换一个角色"],
    );
    problems(
        "rights see=\"head\" import",
        "rights see=\"head admin\" import",
        expect!["care/visit.kdl:92:5 admin 只管系统，不看业务事项 请换一个角色"],
    );
}

// proves: rights.see
#[test]
fn whoever_is_told_can_see() {
    problems(
        "notice at=\"send\" to=\"head\"",
        "notice at=\"send\" to=\"admin\"",
        expect![
            "care/visit.kdl:65:22 消息发给 admin，但这个角色这时看不到记录 请在 rights 里写明它看得到，或者换一个角色"
        ],
    );
    let notice = "notice at=\"send\" to=\"head\" words=\"收到{编号}:{事由}。\"";
    problems(notice, &format!("{notice}\n    {notice}"), expect!["care/visit.kdl:66:5 同一步给同一个角色发了两条消息"]);
    problems(
        "see=\"head\" import=\"clerk\"",
        "see=\"head\" import=\"admin\"",
        expect![[r#"
            care/visit.kdl:92:5 admin 只管系统，不看业务事项 请换一个角色
            care/visit.kdl:92:23 admin 看不到记录，不能导入 请在 see 里加上它"#]],
    );
    problems(
        "rights see=\"head\"\n    list columns=\"title",
        "rights export=\"head\"\n    list columns=\"title",
        expect!["care/follow_up.kdl:13:12 head 看不到记录，不能导出 请在 see 里加上它"],
    );
}

// proves: step.paper
// proves: step.opens
#[test]
fn papers_and_openings_are_used() {
    problems(
        " paper=\"letter\"",
        "",
        expect![[r#"care/visit.kdl:63:11 没有哪一步出“交办函” 请在步骤上写 paper="letter""#]],
    );
    let files = edited(&[(" opens=\"talk\"\n\n", "\n\n"), ("        late opens=\"talk\"\n", "")]);
    expect![[r#"care/visit.kdl:57:13 没有哪里开立 talk 请在步骤上写 opens="talk"，或者在期限里写 late opens"#]]
        .assert_eq(&first_hand(check(&files).1));
}

// proves: list.columns
// proves: list.sort
#[test]
fn a_list_shows_what_there_is() {
    problems(
        "columns=\"title unit state\" sort=\"opened\"",
        "columns=\"number title light\" sort=\"opened\"",
        expect![[r#"
            care/follow_up.kdl:14:5 台账要显示到期日，但没有期限 请加一个 deadline，或者去掉 due 和 light
            care/follow_up.kdl:14:5 台账要显示编号，但没有写怎样编号 请加一行 number"#]],
    );
    problems(
        "columns=\"title unit state\" sort=\"opened\"",
        "columns=\"title unit state\" sort=\"due\"",
        expect!["care/follow_up.kdl:14:5 台账要显示到期日，但没有期限 请加一个 deadline，或者去掉 due 和 light"],
    );
    problems(
        "light due people holder",
        "light due item holder",
        expect!["care/visit.kdl:93:5 item 是子表，不能作台账的列"],
    );
    problems(
        "light due people holder",
        "light due peple holder",
        expect!["care/visit.kdl:93:53 没有名为 peple 的列 是否为“people”？"],
    );
}

// proves: figure.words.over
#[test]
fn a_ratio_says_what_it_is_divided_by() {
    problems(
        "words \"按时办结的\" over=\"本期到期的\"",
        "words \"按时办结的\"",
        expect![[r#"care/visit.kdl:72:9 比率“按时办结率”没有说明分母 请在 words 后面写 over="…""#]],
    );
    problems(
        "words \"本期交办的走访\"",
        "words \"本期交办的走访\" over=\"全部\"",
        expect!["care/visit.kdl:68:9 “交办数”不是比率，words 不用写 over"],
    );
    problems("        words \"期末在办\"\n", "", expect!["care/visit.kdl:83:5 缺少 words 用一句话说明数的是什么。"]);
}

// proves: step.asks
// proves: step.needs
#[test]
fn every_field_can_be_filled() {
    problems(
        " needs=\"answer\" asks=\"share files\"",
        "",
        expect![[r#"
            care/visit.kdl:15:11 “完成比例”没有用到：没有哪一步填它 请在步骤的 asks 或 needs 里写 share，或者删去这个栏目
            care/visit.kdl:22:11 “附件”没有用到：没有哪一步填它 请在步骤的 asks 或 needs 里写 files，或者删去这个栏目
            care/visit.kdl:23:11 “答复”没有用到：没有哪一步填它 请在步骤的 asks 或 needs 里写 answer，或者删去这个栏目"#]],
    );
}

// proves: example.step
#[test]
fn an_example_begins_at_the_beginning() {
    problems(
        "        step \"start\" on=\"2026-03-02\" { title \"逾期约谈\" }\n",
        "",
        expect!["care/follow_up.kdl:15:13 例子“约谈”要从新建记录的第一步走起"],
    );
    problems(
        "step \"close\" on=\"2026-03-03\"",
        "step \"clse\" on=\"2026-03-01\"",
        expect!["care/follow_up.kdl:17:14 没有名为 clse 的步骤 是否为“close”？"],
    );
}

#[test]
fn what_is_on_a_register_waits_for_nobody_and_is_not_edited_silently() {
    let (catalog, told_of) = check(&edited(&[
        ("matter \"follow_up\"", "register \"follow_up\""),
        ("state \"open\"   \"待约谈\" holder=\"clerk\"", "state \"open\"   \"待约谈\""),
        (
            "step \"close\" \"约谈\" from=\"open\" to=\"closed\" who=\"clerk\"",
            "step \"mend\" \"更正\" from=\"open\" stays=#true who=\"clerk\" reason=#true asks=\"title\"\n    \
             step \"close\" \"约谈\" from=\"open\" to=\"closed\" who=\"clerk\"",
        ),
    ]));
    assert_eq!(told(&told_of), "");
    assert_eq!(catalog.mechanism("follow_up").expect("it is sound").kind, crate::kinds::Kind::Register);
    let (_, told_of) = check(&edited(&[
        ("matter \"follow_up\"", "register \"follow_up\""),
        (
            "step \"close\" \"约谈\" from=\"open\"",
            "step \"mend\" \"更正\" from=\"open\" stays=#true who=\"clerk\" asks=\"title\"\n    step \"close\" \"约谈\" from=\"open\"",
        ),
    ]));
    expect!["care/follow_up.kdl:12:10 “更正”会改动登记的内容，却不用写理由 台账名册里改动栏目的步骤要写 reason=#true"]
        .assert_eq(&first_hand(told_of));
}

#[test]
fn a_file_is_one_mechanism_of_one_kind() {
    let (_, told_of) =
        check(&edited(&[("matter \"follow_up\"", "register \"other\" \"别的\" {\n}\nmatter \"follow_up\"")]));
    assert!(told(&told_of).contains("一个文件只写一个机制，前面已经写了 other"), "{}", told(&told_of));
}

#[test]
fn an_activity_says_who_comes_and_a_list_is_taken_once() {
    let said = |edits: &[(&str, &str)]| first_hand(check(&edited(edits)).1);
    let activity = ("matter \"visit\"", "activity \"visit\"");
    let none = said(&[activity]);
    assert!(none.contains("没有写谁来参加"), "{none}");
    let rights = "rights see=\"head\" import=\"clerk\"";
    let with = |inside: &str| {
        format!("attendance on=\"due_on\" who=\"clerk\" states=\"sent\" hours=\"score\" {{ {inside} }}\n    {rights}")
    };
    assert_eq!(said(&[activity, (rights, &with(""))]), "");
    // What is taken back would take the list with it.
    let recalled = said(&[activity, (rights, &with("expected at=\"hold\""))]);
    assert!(recalled.contains("“暂缓”不能取名单"), "{recalled}");
    let wrong = said(&[activity, (rights, &with("expected at=\"hold\" of=\"kind\""))]);
    assert!(wrong.contains("of 要写单位栏目"), "{wrong}");
    // What is counted of those who come is no field's name, and only there.
    let taken = said(&[activity, (rights, &with("")), ("\"人数\"", "\"应到\"")]);
    assert!(taken.contains("栏目不能叫“应到”"), "{taken}");
}

#[test]
fn a_plan_asks_a_figure_that_can_tell() {
    let said = |plan: &str| {
        let rights = "rights see=\"head\" import=\"clerk\"";
        first_hand(check(&edited(&[(rights, &format!("{plan}\n    {rights}"))])).1)
    };
    let wrong = said("plan \"p\" \"走访\" figure=\"on_time\" units=\"bureau\" each=\"month\" least=1");
    assert!(wrong.contains("指标 on_time 看不出办了没有"), "{wrong}");
    let nobody = said("plan \"p\" \"走访\" figure=\"sent\" each=\"month\" least=1");
    assert!(nobody.contains("要说明谁应当办"), "{nobody}");
    let nothing = said("plan \"p\" \"走访\" figure=\"sent\" units=\"bureau\" each=\"month\" least=0");
    assert!(nothing.contains("至少要1"), "{nothing}");
}

// proves: example.movement.amount
// proves: example.movement.on
#[test]
fn a_ledger_says_what_its_accounts_are_and_a_step_draws_only_what_it_may() {
    let said = |edits: &[(&str, &str)]| first_hand(check(&edited(edits)).1);
    let ledger = ("matter \"visit\"", "ledger \"visit\"");
    assert!(said(&[ledger]).contains("没有写账户"), "{}", said(&[ledger]));
    let rights = "rights see=\"head\" import=\"clerk\"";
    let with = |inside: &str, more: &str| {
        let head = "account measure=\"件\" of=\"unit\" states=\"sent\"";
        format!("{head} {{ {inside} }}\n    {more}\n    {rights}")
    };
    let whole = "stage \"used\" \"占用\"; movement \"grant\" \"核定\" to=\"free\" who=\"clerk\"; \
                 movement \"use\" \"占用\" from=\"free\" to=\"used\" who=\"clerk\"; \
                 movement \"back\" \"退回\" from=\"used\" to=\"free\" who=\"clerk\"";
    let figure = "figure \"held\" \"占用数\" balance=\"核定 - 空余\" unit=\"件\" { words \"期末占用的\"; example on=\"2026-03-31\" { record { movement \"grant\" amount=\"5\" on=\"2026-01-01\"; movement \"use\" amount=\"2\" on=\"2026-04-01\" }; gives \"0\" } }";
    assert_eq!(said(&[ledger, (rights, &with(whole, figure))]), "");
    let told = |inside: &str, more: &str| said(&[ledger, (rights, &with(inside, more))]);
    for (edited, words) in [
        (
            whole.replace(" to=\"free\" who=\"clerk\"; movement \"use\"", " who=\"clerk\"; movement \"use\""),
            "从哪里来到哪里去是一样的",
        ),
        (whole.replace("from=\"used\" to=\"free\"", "to=\"free\""), "进得去，出不来"),
        (whole.replace("from=\"free\" to=\"used\"", "from=\"used\""), "没有变动进得去"),
        (whole.replace("\"used\" \"占用\";", "\"used\" \"空余\";"), "和别的重了"),
        (whole.replace("from=\"used\" to=\"free\"", "from=\"used\" to=\"free\" over=#true"), "这种变动不会超出上限"),
        (
            whole.replace("from=\"used\" to=\"free\"", "from=\"used\" to=\"free\" transfer=#true"),
            "调剂是从空余出到别的账户",
        ),
        (whole.replace("\"back\" \"退回\"", "\"back\" \"占用\""), "写了两次"),
    ] {
        let found = told(&edited, "");
        assert!(found.contains(words), "{words}: {found}");
    }
    for (edited, words) in [
        (figure.replace("核定 - 空余", "核定 - 结余"), "没有名为 结余 的余额"),
        (figure.replace("unit=\"件\"", "unit=\"元\""), "账户的计量单位是“件”"),
        (figure.replace("amount=\"5\"", "amount=\"0.5\""), "算例里的变动读不懂"),
    ] {
        let found = told(whole, &edited);
        assert!(found.contains(words), "{words}: {found}");
    }
    let of = with(whole, "").replace("of=\"unit\"", "of=\"owner\"");
    assert!(said(&[ledger, (rights, &of)]).contains("不能按 owner 认账户"));
    // A step that draws is not taken back, and draws on an account.
    let close = "step \"close\" \"约谈\" from=\"open\" to=\"closed\" who=\"clerk\"";
    let draws =
        |more: &str, word: &str| format!("{close} {more} {{ draws \"{word}\" account=\"visit\" amount=\"1\" }}");
    let told = |drawn: String| said(&[ledger, (rights, &with(whole, "")), (close, &drawn)]);
    assert_eq!(told(draws("recall=#false", "use")), "");
    assert!(told(draws("", "use")).contains("“约谈”不能动用账户"));
    assert!(told(draws("recall=#false", "spend")).contains("没有名为 spend 的变动"));
    let none = said(&[(close, &draws("recall=#false", "use"))]);
    assert!(none.contains("“走访”没有账户"), "{none}");
}

#[test]
fn a_link_says_who_from_when_to_when_and_its_end_is_announced() {
    let said = |edits: &[(&str, &str)]| first_hand(check(&edited(edits)).1);
    let link = ("matter \"visit\"", "link \"visit\"");
    assert!(said(&[link]).contains("没有写谁和谁的关系"), "{}", said(&[link]));
    let rights = "rights see=\"head\" import=\"clerk\"";
    let term = "term from=\"due_on\" until=\"extend_to\" ended=\"closed_on\" basis=\"answer\" open=\"sent waiting\" closed=\"closed dropped\"";
    let sides = "side \"owner\" most=2; side \"team\" most=1";
    let with = |term: &str, inside: &str| {
        let link_of = [link, (rights, &format!("{term} {{ {inside} }}\n    {rights}"))];
        said(&link_of)
    };
    // It begins with the step that leads to its first open state: from there on its end has to be announced.
    let told = with(term, sides);
    assert!(told.contains("开始的关系，到期以前没有提醒"), "{told}");
    let endless = term.replace(" until=\"extend_to\"", "");
    assert_eq!(with(&endless, sides), "", "what has no day on which it runs out needs no announcement");
    for (term, inside, words) in [
        (endless.replace("closed dropped", "sent"), sides.to_owned(), "不能又是还在的、又是已经结束的"),
        (endless.replace(" ended=\"closed_on\"", ""), sides.to_owned(), "不知道哪天结束"),
        (endless.replace("closed=\"closed dropped\"", "closed=\"closed\""), sides.to_owned(), "从历史里消失"),
        (endless.replace("basis=\"answer\"", "basis=\"amount\""), sides.to_owned(), "basis 要写文字栏目或者附件"),
        (endless.replace("from=\"due_on\"", "from=\"amount\""), sides.to_owned(), "from 要写日期栏目"),
        (endless.clone(), sides.replace("most=2", "most=0"), "most 写1到"),
        (endless.clone(), "side \"amount\" most=1".to_owned(), "一方要是记人、记单位或者关联的栏目"),
        (endless.clone(), "side \"item\" most=1".to_owned(), "item 是子表"),
        (endless.clone(), "side \"item\" of=\"name\" most=1".to_owned(), "of 要写必填的、记人、记单位或者关联的栏目"),
        (endless.clone(), "side \"owner\" of=\"name\" most=1".to_owned(), "owner 不是子表"),
        (endless.clone(), "side \"unit\" roles=\"clerk\" most=1".to_owned(), "人员身份"),
        (endless.clone(), format!("{sides}; side \"owner\" most=1"), "写了两次"),
        (endless.clone(), format!("{sides}; require when=\"涉及单位 = 2人\" else=\"换一位\""), "人"),
    ] {
        let found = with(&term, &inside);
        assert!(found.contains(words), "{words}: {found}");
    }
    let rule = format!("{sides}; require when=\"涉及单位 = 2个 且 非 有上下级\" else=\"换一位\"");
    assert_eq!(with(&endless, &rule), "");
    // What holds between the sides is asked there and nowhere else.
    let elsewhere = said(&[("工作日数(交办日, 办结日)", "如果(有上下级, 1, 2)")]);
    assert!(elsewhere.contains("没有名为“有上下级”"), "{elsewhere}");
}

#[test]
fn a_report_says_which_text_carries_figures_and_which_step_seals_it() {
    let said = |edits: &[(&str, &str)]| first_hand(check(&edited(edits)).1);
    let report = ("matter \"visit\"", "report \"visit\"");
    assert!(said(&[report]).contains("没有写哪段正文带数字"), "{}", said(&[report]));
    let rights = "rights see=\"head\" import=\"clerk\"";
    let field = "field \"extend_to\" \"延至\"  day";
    let close = "step \"close\"  \"办结\" from=\"sent\" to=\"closed\" who=\"clerk head\"";
    let resume = "step \"resume\" \"恢复\" from=\"waiting\" to=\"sent\" who=\"clerk\"";
    let with = |writing: &str| {
        let added = format!("{field}\n    field \"final\" \"定稿\" long_text");
        let writing = format!("{writing}\n    {rights}");
        let (close_, resume_) = (format!("{close} recall=#false"), format!("{resume} recall=#false"));
        said(&[report, (field, &added), (close, &close_), (resume, &resume_), (rights, &writing)])
    };
    let whole = "writing text=\"answer\" period=\"title\" seal=\"close\" sealed=\"final\"";
    assert_eq!(with(whole), "");
    for (writing, words) in [
        (whole.replace("\"close\"", "\"send\""), "“交办”不能封存报告"),
        (whole.replace("\"close\"", "\"resume\""), "“答复”会改已经封存的正文"),
        (whole.replace("text=\"answer\"", "text=\"title\""), "text 要写"),
        (whole.replace("period=\"title\"", "period=\"answer\""), "period 要写"),
        (whole.replace("\"final\"", "\"answer\""), "sealed 要写"),
        (format!("{whole} outline=\"plan\""), "没有提纲 plan"),
    ] {
        let found = with(&writing);
        assert!(found.contains(words), "{words}: {found}");
    }
}

//! What does every part look like, with long names, many columns and nothing at all?
//! Writes static pages with invented people into `target/gallery/` (or the folder given), to be looked at in a browser.
//! Never: a real person, unit or figure.

use jiff::civil::{Date, date};
use maud::{Markup, html};
use std::path::{Path, PathBuf};
use web::parts::board::{Lane, Slip, board};
use web::parts::buttons::{Button, menu};
use web::parts::cards::{
    Change, FigureCard, StepForm, SummaryNumber, card, count, figure_card, plain_card, steps_card, summary,
};
use web::parts::dialog::dialog;
use web::parts::empty::{empty, nothing_yet};
use web::parts::facts::{Fact, facts};
use web::parts::fields::{
    ChildColumn, ChildRow, ChildRows, ChildValue, Control, Field, Options, Pickable, field, fields,
};
use web::parts::files::{FileLine, files};
use web::parts::filters::{Filter, FilterBar, FilterChoice, FilterControl, chips, column_choice, filter_bar};
use web::parts::heat::{HeatCell, HeatRow, Tint, heat, heat_key};
use web::parts::icons::{Icon, icon};
use web::parts::import::{ColumnPlace, Target, column_places};
use web::parts::light::{Light, Standing, light, meter, state};
use web::parts::month::{DayEntry, DayMark, MonthDay, month};
use web::parts::notice::{Tone, Wanted, notice, refused};
use web::parts::pager::{Pager, pager};
use web::parts::raw::svg;
use web::parts::shell::{Anchor, Assets, Chapter, Inbox, PageHead, RailPage, Shell, SignedIn, gate, sheet};
use web::parts::stepper::{Reached, Stage, stepper, walk};
use web::parts::table::{Cell, Column, ColumnKind, Order, Row, RowTone, Table, batch_bar, cut, table};
use web::parts::tabs::{Tab, View, tabs, views};
use web::parts::timeline::{Entry, FieldChange, timeline};
use web::parts::todo::{Todo, slim_todos, todos};

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("target/gallery"), PathBuf::from);
    std::fs::create_dir_all(&folder)?;
    let look = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets");
    for asset in ["app.css", "app.js"] {
        std::fs::copy(look.join(asset), folder.join(asset))?;
    }
    let pages: [(&str, Markup); 13] = [
        ("desk", desk()),
        ("register", register()),
        ("wide", wide()),
        ("board", board_page()),
        ("calendar", calendar()),
        ("record", record()),
        ("form", form()),
        ("import", import()),
        ("figures", figures()),
        ("login", login()),
        ("empty", empties()),
        ("ballot", ballot()),
        ("parts", small_parts()),
    ];
    for (name, page) in pages {
        std::fs::write(folder.join(name).with_extension("html"), page.into_string())?;
    }
    Ok(())
}

const UNITS: [&str; 7] = [
    "葵岭街道",
    "农业农村局",
    "岚湾新区教育和卫生健康局（含区属医疗卫生机构管理服务中心）",
    "组织人事局",
    "科技创新和经济服务局",
    "南湾街道",
    "住房和建设局",
];

const TITLES: [&str; 6] = [
    "完成渔港码头产权移交和岸线清退",
    "研究制定社区专职工作者薪酬与考核一体化方案，明确岗位等级、晋升年限和退出情形，并报党工委会议审议",
    "修订党群服务中心星级评定办法",
    "推进“片区大党委”议事协商机制全覆盖",
    "编制滨海生态旅游度假区产业发展三年行动方案",
    "落实干部因私证照应备尽备专项核查",
];

fn frame(chapter: &str) -> Shell {
    let chapters = [
        (Icon::Desk, "工作台", Some(8)),
        (Icon::Flag, "督办", None),
        (Icon::Speech, "诉求与治理", None),
        (Icon::Book, "党建", None),
        (Icon::Person, "干部", None),
        (Icon::Star, "人才", None),
        (Icon::Quota, "编制", None),
        (Icon::Scales, "考核", None),
        (Icon::Coins, "预算绩效", None),
        (Icon::Chart, "数字", None),
        (Icon::Paper, "报告", None),
        (Icon::Tree, "组织与人员", None),
        (Icon::Gear, "管理", None),
    ];
    Shell {
        site: "岚湾新区组织人事局".into(),
        assets: Assets { css: "app.css".into(), js: "app.js".into() },
        scope: Anchor::new("岚湾新区（全部）", "desk.html"),
        search_href: "register.html".into(),
        searched: String::new(),
        inbox: Inbox { unread: 12, href: "desk.html".into() },
        person: SignedIn {
            name: "林书敏".into(),
            place: "督查室".into(),
            menu: vec![Anchor::new("我的档案", "#"), Anchor::new("改密码", "#")],
            leave_action: "login.html".into(),
            csrf: "gallery".into(),
        },
        chapters: chapters
            .into_iter()
            .map(|(icon, label, waiting)| Chapter {
                icon,
                anchor: Anchor::new(label, "desk.html"),
                count: waiting,
                current: label == chapter,
                pages: if label == "督办" { rail_pages() } else { vec![] },
                after_line: label == "数字",
            })
            .collect(),
        rail_folded: false,
    }
}

fn rail_pages() -> Vec<RailPage> {
    [("重点工作任务", 254), ("督办令", 31), ("揭榜破题", 21), ("巡察整改", 357)]
        .into_iter()
        .map(|(label, number)| RailPage {
            anchor: Anchor::new(label, "register.html"),
            count: Some(number),
            current: label == "重点工作任务",
        })
        .collect()
}

fn lights(place: usize) -> (Light, String) {
    match place % 5 {
        0 => (Light::Red, "逾期 2 天".into()),
        1 => (Light::Red, "今天到期".into()),
        2 => (Light::Amber, "剩 3 个工作日".into()),
        3 => (Light::Grey, "未签收".into()),
        _ => (Light::Green, "剩 38 个工作日".into()),
    }
}

fn figure(label: &str, value: &str, unit: &str, by: &str, change: Change) -> Markup {
    let trend = (0..12).map(|month| f64::from(month % 5) + f64::from(month) * 0.7).collect();
    figure_card(&FigureCard {
        label: label.into(),
        value: value.into(),
        unit: unit.into(),
        href: Some("figures.html".into()),
        change: Some(("较上月".into(), by.into(), change)),
        remark: String::new(),
        trend,
    })
}

fn desk() -> Markup {
    let rows = |number: usize| -> Vec<Todo> {
        TITLES
            .iter()
            .take(number)
            .enumerate()
            .map(|(place, title)| Todo {
                light: Some(lights(place)),
                href: "record.html".into(),
                title: format!("任〔2026〕{}号 · {title}", place + 7),
                note: format!("责任单位 {} · 2月25日发《督办令》，应于3月3日前书面答复", UNITS[place]),
                act: Some(Button::link(["核督", "审批", "查看"][place % 3], "record.html")),
            })
            .collect()
    };
    let head = PageHead {
        title: "工作台".into(),
        remark: "2026年3月5日 星期四 · 距季度末 18 个工作日".into(),
        ..PageHead::default()
    };
    frame("工作台").page(
        &head,
        html! {
            div.grid {
                div.c3 { (figure("重点任务按时办结率", "91.7", "%", "+2.4", Change::Better)) }
                div.c3 { (figure("逾期未结", "4", "项", "−3", Change::Better)) }
                div.c3 { (figure("企业诉求按期办结率", "98.6", "%", "−0.3", Change::Worse)) }
                div.c3 { (figure_card(&FigureCard { label: "本月应到未到（三会一课）".into(), unit: "个支部".into(), ..FigureCard::default() })) }
            }
            div.grid {
                div.c8 { (card("今天要办", html! { a href="#" { "全部待办" } }, todos(&rows(6)))) }
                div.c4.pile {
                    (card("我交出去的", html! { a href="#" { "全部 26" } }, slim_todos(&rows(3))))
                    (card("新到", html! {}, nothing_yet("没有未读的通知。收到的文件、批示和提醒会列在这里。")))
                }
            }
        },
    )
}

fn register_head() -> PageHead {
    PageHead {
        crumbs: vec![Anchor::new("督办", "desk.html"), Anchor::new("重点工作任务", "")],
        title: "重点工作任务".into(),
        remark: "一书一令 · 2026年 254 项".into(),
        lights: None,
        acts: Some(html! {
            (Button::link("导入", "import.html").icon(Icon::Import))
            (Button::link("导出所见", "#").icon(Icon::Export))
            (Button::link("拟制任务", "form.html").icon(Icon::Plus).main())
        }),
    }
}

fn register_tabs(shape: &str) -> Markup {
    let tab = |label: &str, count, current, hot| Tab {
        label: label.into(),
        count: Some(count),
        href: format!("register.html?tab={label}"),
        current,
        hot,
    };
    let view =
        |label: &str, icon, href: &str| View { label: label.into(), icon, href: href.into(), current: label == shape };
    tabs(
        "分类",
        &[
            tab("未结", 203, true, false),
            tab("逾期", 4, false, true),
            tab("本月到期", 37, false, false),
            tab("已办结", 51, false, false),
            tab("全部", 254, false, false),
        ],
        views(&[
            view("列表", Icon::List, "register.html"),
            view("看板", Icon::Board, "board.html"),
            view("日历", Icon::Calendar, "calendar.html"),
        ]),
    )
}

fn register_filters() -> Markup {
    let choices =
        UNITS.iter().map(|unit| FilterChoice { value: (*unit).into(), label: (*unit).into() }).collect::<Vec<_>>();
    let choice = |name: &str, all: &str, chosen: &str| FilterControl::Choice {
        name: name.into(),
        all: all.into(),
        choices: choices.clone(),
        chosen: chosen.into(),
        searched: false,
    };
    filter_bar(&FilterBar {
        action: "register.html".into(),
        keep: vec![("tab".into(), "open".into())],
        filters: vec![
            Filter { label: "责任单位".into(), control: choice("unit", "全部 31 个单位", "葵岭街道") },
            Filter {
                label: "时限".into(),
                control: FilterControl::Days {
                    names: ("from".into(), "to".into()),
                    chosen: ("2026-01-01".into(), "2026-12-31".into()),
                },
            },
            Filter {
                label: "关键词".into(),
                control: FilterControl::Words {
                    name: "q".into(), hint: "任务、编号".into(), typed: String::new()
                },
            },
            Filter {
                label: "只看我经手的".into(), control: FilterControl::Flag { name: "mine".into(), on: true }
            },
        ],
        clear_href: Some("register.html".into()),
        more: Some(html! {
            (menu("视图", Some(Icon::Bookmark), &[Button::link("我分管的", "#"), Button::link("存为视图", "#").icon(Icon::Plus)]))
            (column_choice(&[("unit".into(), "责任单位".into(), true), ("helpers".into(), "协办单位".into(), false)]))
        }),
    })
}

fn register_table(rows: usize, extra_columns: usize) -> Table {
    let mut columns = vec![
        Column::new("编号", ColumnKind::Chip).sorting("?s=number", None),
        Column::new("任务", ColumnKind::Long),
        Column::new("责任单位", ColumnKind::Text),
        Column::new("状态", ColumnKind::Chip),
        Column::new("时限", ColumnKind::Chip),
        Column::new("完成时限", ColumnKind::Day).sorting("?s=due", Some(Order::Rising)),
        Column::new("进度", ColumnKind::Number).sorting("?s=progress", None),
        Column::new("现由", ColumnKind::Text),
    ];
    for place in 0..extra_columns {
        let kind = [ColumnKind::Number, ColumnKind::Text, ColumnKind::Day][place % 3];
        columns.push(Column::new(format!("第{}季度资金（万元）", place + 1), kind));
    }
    Table {
        caption: "重点工作任务".into(),
        columns,
        rows: (0..rows).map(|place| register_row(place, extra_columns)).collect(),
        choose: Some("record".into()),
        wide: extra_columns > 0,
    }
}

fn register_row(place: usize, extra_columns: usize) -> Row {
    let (tone, word) = lights(place);
    let standing = [Standing::Open, Standing::Yours, Standing::Done, Standing::Stopped][place % 4];
    let mut cells = vec![
        Cell::link(&format!("任〔2026〕{}号", place * 7 + 3), "record.html"),
        Cell::shown(cut(TITLES[place % 6], "record.html")),
        Cell::text(UNITS[place % 7]),
        Cell::shown(state(standing, ["推进中", "待签收", "已办结", "已中止"][place % 4])),
        Cell::shown(light(tone, &word)),
        Cell::text(if place == 3 { "" } else { "2026-03-05" }),
        Cell::text(["65%", "100%", "0%"][place % 3]),
        Cell::text(if place % 4 == 3 { "" } else { "郑海生" }),
    ];
    for extra in 0..extra_columns {
        cells.push(Cell::text(["1,234,567.80", "", "2026-12-31"][(extra + place) % 3]));
    }
    Row {
        key: format!("r{place}"),
        cells,
        choose: Some(format!("任〔2026〕{}号", place * 7 + 3)),
        tone: RowTone::Plain,
    }
}

fn register_body(rows: usize, extra_columns: usize) -> Markup {
    let foot = pager(
        &Pager {
            from: Some(1),
            shown: rows as u64,
            total: Some(203),
            unit: "项".into(),
            previous: None,
            next: Some("?after=x".into()),
        },
        batch_bar(&[Button::submit("催办").named("step", "remind"), Button::submit("导出").named("step", "export")]),
    );
    html! {
        section.card id="list" data-live {
            (register_tabs("列表"))
            (register_filters())
            (chips("已筛选", &[Anchor::new("责任单位：葵岭街道", "#"), Anchor::new("只看我经手的", "#")]))
            form method="post" action="#" { (table(&register_table(rows, extra_columns))) (foot) }
        }
    }
}

fn register() -> Markup {
    frame("督办").page(&register_head(), register_body(14, 0))
}

fn wide() -> Markup {
    frame("督办").page(&register_head(), register_body(30, 13))
}

fn board_page() -> Markup {
    let slips = |number: usize| -> Vec<Slip> {
        (0..number)
            .map(|place| Slip {
                href: "record.html".into(),
                number: format!("任〔2026〕{}号", place * 7 + 3),
                title: TITLES[place % 6].into(),
                note: format!("{} · 郑海生", UNITS[place % 7]),
                light: (place != 2).then(|| lights(place)),
            })
            .collect()
    };
    let lane = |label: &str, number: usize, more: bool| Lane {
        label: label.into(),
        count: if more { 128 } else { number as u64 },
        slips: slips(number),
        more_href: more.then(|| "register.html".into()),
    };
    frame("督办").page(
        &register_head(),
        html! { section.card id="list" data-live {
            (register_tabs("看板"))
            (board(&[lane("拟制", 0, false), lane("已下达", 3, false), lane("推进中", 5, true), lane("待核验", 2, false), lane("已办结", 1, true)]))
        } },
    )
}

fn calendar() -> Markup {
    let day = |on: Date, number: usize, mark: Option<DayMark>| MonthDay {
        on,
        entries: TITLES
            .iter()
            .take(number)
            .enumerate()
            .map(|(place, title)| DayEntry {
                label: format!("任〔2026〕{}号 {title}", place + 3),
                href: "record.html".into(),
                light: lights(place).0,
            })
            .collect(),
        further: if number > 2 { 7 } else { 0 },
        href: "register.html".into(),
        mark,
    };
    let days = [
        day(date(2026, 5, 1), 0, Some(DayMark::Rest("劳动节".into()))),
        day(date(2026, 5, 4), 1, Some(DayMark::Rest("休".into()))),
        day(date(2026, 5, 9), 1, Some(DayMark::Work)),
        day(date(2026, 5, 13), 3, None),
        day(date(2026, 5, 29), 2, None),
    ];
    frame("督办").page(
        &register_head(),
        html! { section.card id="list" data-live {
            (register_tabs("日历"))
            header { h2 { "2026年5月" } div.more { a href="#" { "上月" } a href="#" { "本月" } a href="#" { "下月" } } }
            (month(date(2026, 5, 1), date(2026, 5, 12), &days))
        } },
    )
}

fn record() -> Markup {
    let head = PageHead {
        crumbs: vec![
            Anchor::new("督办", "desk.html"),
            Anchor::new("重点工作任务", "register.html"),
            Anchor::new("任〔2026〕7号", ""),
        ],
        title: TITLES[0].into(),
        remark: "任〔2026〕7号".into(),
        lights: Some(html! { (state(Standing::Open, "督办中")) (light(Light::Red, "逾期 2 天")) }),
        acts: Some(html! {
            (Button::link("任务书", "#").icon(Icon::Print))
            (menu("更多", None, &[Button::link("关注", "#").icon(Icon::Eye), Button::link("更正", "form.html").icon(Icon::Pencil)]))
        }),
    };
    frame("督办").page(
        &head,
        html! {
            (plain_card(stepper(&stages())))
            div.grid {
                div.c8.pile {
                    (card("任务内容", html! {}, html! { (facts(&record_facts(), false)) (table(&milestones())) }))
                    (card("经过", html! { a href="#" { "只看变化" } }, timeline(&journal())))
                }
                div.c4.pile {
                    (record_steps())
                    (card("文书", html! {}, slim_todos(&papers())))
                    (card("附件", count(3), html! { div.pad { (files(&attached())) } }))
                    (card("关联", html! {}, nothing_yet("还没有关联的事项。可在“更多”里添加。")))
                }
            }
        },
    )
}

fn stages() -> Vec<Stage> {
    [
        ("拟制", "1月6日 林书敏", Reached::Done),
        ("已下达", "1月8日 任务书", Reached::Done),
        ("推进中", "1月9日 郑海生签收", Reached::Done),
        ("督办中", "2月25日 督〔2026〕7号", Reached::Now),
        ("待核验", "", Reached::Ahead),
        ("已办结", "", Reached::Ahead),
    ]
    .into_iter()
    .map(|(label, note, reached)| Stage { label: label.into(), note: note.into(), reached })
    .collect()
}

fn record_facts() -> Vec<Fact> {
    vec![
        Fact::text("任务来源", "党工委重点工作 第 23 项"),
        Fact::link("责任单位", &Anchor::new(UNITS[2], "#")),
        Fact::text("协办单位", "葵岭街道、规划和自然资源局"),
        Fact::text("分管领导", ""),
        Fact::text("下达日", "2026-01-08"),
        Fact::text("完成时限", "2026-03-03").why(Anchor::new("为何是这天？", "#")),
        Fact::shown("进度", html! { (meter(Some(Light::Red), 40, "40%")) " 40%（2月20日报送）" }),
        Fact::text("现由", "郑海生，自2月25日"),
        Fact::long("内容", "完成 3 处渔港码头产权移交，清退岸线违建 12 处；\n形成移交清单和影像档案。"),
        Fact::long("备注", ""),
    ]
}

fn milestones() -> Table {
    let row = |title: &str, due: &str, done: &str, tone, word: &str| Row {
        cells: vec![Cell::text(title), Cell::text(due), Cell::text(done), Cell::shown(light(tone, word))],
        ..Row::default()
    };
    Table {
        caption: "节点".into(),
        columns: vec![
            Column::new("节点", ColumnKind::Text),
            Column::new("时限", ColumnKind::Day),
            Column::new("完成日", ColumnKind::Day),
            Column::new("情况", ColumnKind::Chip),
        ],
        rows: vec![
            row("产权清册核对", "2026-01-30", "2026-01-28", Light::Green, "按时"),
            row("三方移交协议签订", "2026-02-13", "2026-02-20", Light::Amber, "迟 3 个工作日"),
            row("岸线清退", "2026-03-03", "", Light::Red, "逾期 2 天"),
        ],
        choose: None,
        wide: false,
    }
}

fn entry(when: &str, who: &str, what: Markup) -> Entry {
    Entry {
        when: when.into(),
        when_exact: "2026-02-25T09:32:00".into(),
        who: who.into(),
        on_behalf_of: String::new(),
        what,
        light: None,
        changes: vec![],
        said: String::new(),
    }
}

fn journal() -> Vec<Entry> {
    let change =
        |label: &str, from: &str, to: &str| FieldChange { label: label.into(), from: from.into(), to: to.into() };
    vec![
        Entry {
            light: Some(Light::Red),
            ..entry("3月4日 00:10", "", html! { "到期未办结，记为逾期 " a href="#" { "规则" } })
        },
        entry(
            "2月25日 09:32",
            "林书敏",
            html! { "发《督办令》" a href="#" { "督〔2026〕7号" } "，限3月3日前书面答复" },
        ),
        Entry {
            changes: vec![change("进度", "25%", "40%")], ..entry("2月20日 16:05", "郑海生", html! { "报进度" })
        },
        Entry {
            changes: vec![change("完成时限", "2026-03-03", ""), change("协办单位", "", "葵岭街道、规划和自然资源局")],
            said: "涉旅游旺季，须在旺季前清退，不同意延期。".into(),
            ..entry("2月12日 10:20", "林书敏", html! { "更正" })
        },
        Entry { on_behalf_of: "周启".into(), ..entry("1月9日 08:51", "郑海生", html! { "签收任务书" }) },
    ]
}

fn step(label: &str, main: bool, fields: Markup) -> StepForm {
    StepForm {
        label: label.into(),
        action: "#".into(),
        hidden: vec![("_csrf".into(), "gallery".into())],
        fields,
        because: String::new(),
        main,
        open: false,
        confirm: None,
        with_files: false,
        cannot: None,
        keep: None,
        refused: false,
    }
}

fn record_steps() -> Markup {
    let asked = html! {
        (field(&Field::new("demand", "督办要求", Control::LongText { value: "请于3月10日前完成岸线清退，并报送清退前后影像。".into(), rows: 3, max: Some(500) }).required()))
        (field(&Field::new("answer_by", "答复期限", Control::Day { value: "2026-03-10".into(), min: None, max: None }).hint("3 个工作日")))
    };
    let supervise = StepForm {
        because: "依据：一书一令第四条。将生成督〔2026〕9号（第二次），抄送吴立群；扣考核“重点工作”0.5 分。".into(),
        keep: Some("lin:7:supervise".into()),
        confirm: Some("确定发出第二次督办令？".into()),
        ..step("再发督办令", true, asked)
    };
    let reason = html! { (field(&Field::new("reason", "理由", Control::LongText { value: String::new(), rows: 2, max: None }).required())) };
    let close = StepForm {
        cannot: Some("进度到 100% 才能核验办结，现为 40%。".into()),
        ..step("核验办结", false, html! {})
    };
    steps_card("你现在可以", &[supervise, step("同意延期", false, reason.clone()), step("约谈", false, reason), close])
}

fn papers() -> Vec<Todo> {
    let paper = |title: &str, note: &str| Todo {
        href: "#".into(),
        title: title.into(),
        note: note.into(),
        act: Some(Button::link("PDF", "#").download()),
        light: None,
    };
    vec![paper("任务书 任〔2026〕7号", "1月8日印发 · 已签收"), paper("督办令 督〔2026〕7号", "2月25日印发 · 未答复")]
}

fn attached() -> Vec<FileLine> {
    let file = |name: &str, href: &str| FileLine { name: name.into(), href: href.into(), note: "1.2 MB".into() };
    vec![
        file("移交协议.pdf", "#"),
        file("渔港码头产权移交和岸线清退影像档案（清退前后对照）第一批.zip", "#"),
        file("（不在您的查看范围内）", ""),
    ]
}

fn form() -> Markup {
    let head = PageHead {
        crumbs: vec![
            Anchor::new("督办", "desk.html"),
            Anchor::new("重点工作任务", "register.html"),
            Anchor::new("拟制", ""),
        ],
        title: "拟制重点工作任务".into(),
        ..PageHead::default()
    };
    let wanted = |field: &str, label: &str, sentence: &str| Wanted {
        field: field.into(),
        label: label.into(),
        sentence: sentence.into(),
    };
    frame("督办").page(
        &head,
        html! {
            (refused(&[wanted("amount", "预算金额", "请填数字，如 100.5"), wanted("due_on", "完成时限", "应晚于下达日 2026年1月8日"), wanted("milestone", "节点", "第 1 行还没有时限")]))
            form.card method="post" action="#" data-keep="lin:task_order:new" data-refused {
                div.form { h2 { "基本情况" } (fields(&form_fields())) h2 { "节点和附件" } (fields(&form_rows())) }
                div.send { (Button::submit("提交").main()) (Button::submit("存为草稿").named("draft", "1")) a href="register.html" { "取消" } p.why { "未提交的内容会留在本标签页" } }
            }
        },
    )
}

fn people() -> Vec<Pickable> {
    [
        ("林书敏", "lsm", "督查室"),
        ("郑海生", "zhs", "农业农村局"),
        ("欧阳若兰", "oyrl", "葵岭街道"),
        ("吴立群", "wlq", "党工委"),
    ]
    .into_iter()
    .map(|(name, pinyin, place)| Pickable::new(pinyin, name).found_by(pinyin, place))
    .collect()
}

fn form_fields() -> Vec<Field> {
    let units =
        |from: usize, to: usize| UNITS[from..to].iter().map(|unit| Pickable::new(*unit, *unit)).collect::<Vec<_>>();
    let tree = Options::tree(vec![("街道".into(), units(0, 1)), ("局办".into(), units(1, 5))]);
    let sources = Options::flat(vec![
        Pickable::new("a", "党工委重点工作"),
        Pickable::new("b", "政府工作报告"),
        Pickable::new("c", "领导批示"),
    ]);
    let many = Options::flat((0..3).flat_map(|_| people()).collect());
    vec![
        Field::new("title", "任务名称", Control::text(TITLES[1])).required().wide(),
        Field::new("source", "任务来源", Control::Choice { options: sources, chosen: "b".into(), as_radios: true })
            .required(),
        Field::new("unit", "责任单位", Control::Choice { options: tree, chosen: String::new(), as_radios: false })
            .required(),
        Field::new(
            "leader",
            "分管领导",
            Control::Pick {
                options: Options::flat(people()),
                chosen: "wlq".into(),
                from: None,
                hint: "姓名或拼音首字母".into(),
            },
        ),
        Field::new("due_on", "完成时限", Control::Day { value: "2026-01-05".into(), min: None, max: None })
            .required()
            .wrong(Some("应晚于下达日 2026年1月8日".into())),
        Field::new("amount", "预算金额", Control::Money { value: "一百万".into(), unit: "万元".into() })
            .wrong(Some("请填数字，如 100.5".into())),
        Field::new("progress", "进度", Control::Percent { value: "0".into() }).hint("从 0 到 100"),
        Field::new("month", "计划启动月", Control::Month { value: "2026-03".into() }),
        Field::new("open", "向社会公开", Control::YesNo { value: Some(false) }),
        Field::new("helpers", "协办人员", Control::PickMany { options: many, chosen: vec!["lsm".into()] }),
        Field::new("number", "编号", Control::Fixed { value: "提交时自动编号".into() }),
        Field::new("content", "任务内容", Control::LongText { value: String::new(), rows: 4, max: Some(2000) })
            .hint("写清要做成什么，不超过 2000 字"),
    ]
}

fn form_rows() -> Vec<Field> {
    let column =
        |key: &str, label: &str, value| ChildColumn { key: key.into(), label: label.into(), required: true, value };
    let rows = ChildRows {
        columns: vec![
            column("title", "内容", ChildValue::Text),
            column("due_on", "时限", ChildValue::Day),
            column("amount", "资金（万元）", ChildValue::Number),
        ],
        rows: vec![ChildRow { values: vec!["产权清册核对".into()], wrong: vec![(1, "请填时限".into())] }],
        spare: 2,
    };
    let upload = Control::Files { many: true, accept: ".pdf,.docx,.jpg".into(), max_bytes: 20 << 20, have: attached() };
    vec![Field::new("milestone", "节点", Control::Rows(rows)), Field::new("files", "附件", upload)]
}

fn import() -> Markup {
    let head = PageHead {
        crumbs: vec![
            Anchor::new("督办", "desk.html"),
            Anchor::new("重点工作任务", "register.html"),
            Anchor::new("导入", ""),
        ],
        title: "重点工作一览表.xlsx".into(),
        remark: "12 KB · 60 行 · 试读，尚未写入".into(),
        lights: None,
        acts: Some(
            html! { (Button::link("换文件", "#")) (Button::link("下载标注后的工作簿", "#").icon(Icon::Export)) (Button::link("写入 49 项", "#").main()) },
        ),
    };
    let places: Vec<ColumnPlace> =
        ["序号", "任务来源", "工作任务", "责任单位（牵头单位和配合单位）", "完成时限", "备注"]
            .iter()
            .map(|column| ColumnPlace {
                head: (*column).into(),
                name: format!("to.{column}"),
                chosen: (*column).into(),
            })
            .collect();
    let targets: Vec<Target> = ["任务来源", "任务名称", "责任单位", "完成时限", "备注"]
        .iter()
        .map(|it| Target { value: (*it).into(), label: (*it).into() })
        .collect();
    let number = |value: &str, label: &str, light| SummaryNumber {
        value: value.into(),
        label: label.into(),
        light,
        href: Some("#".into()),
    };
    frame("督办").page(
        &head,
        html! {
            (walk(&["选文件", "核对", "写入"], 1))
            div.grid {
                div.c4 { (card("列的去处", html! { a href="#" { "记住此对应" } }, html! {
                    (column_places(&places, &targets))
                    div.pad { (field(&Field::new("year", "缺少的必填项：任务年度", Control::Whole { value: "2026".into(), unit: "年".into() }).hint("为 51 项统一填写，写入后可逐项改。"))) }
                })) }
                div.c8 { (plain_card(html! {
                    (summary(&[number("51", "识别为任务", None), number("49", "可以写入", Some(Light::Green)), number("2", "有问题", Some(Light::Red)), number("9", "不是数据（标题、表头、合计）", Some(Light::Grey))], html! { "与已有记录重复 0" }))
                    (table(&import_rows()))
                    div.tfoot { a href="#" { "只看有问题的" } a href="#" { "只看跳过的" } span.pager { "改好问题行可再导入同一文件，已写入的不会重复" } }
                })) }
            }
        },
    )
}

fn import_rows() -> Table {
    let row = |line: &str, title: &str, unit: Cell, due: Cell, verdict: Markup, tone| Row {
        cells: vec![Cell::text(line), Cell::text(title), unit, due, Cell::shown(verdict)],
        tone,
        ..Row::default()
    };
    let skipped = |line: &str, title: &str, why: &str| {
        row(line, title, Cell::text(""), Cell::text(""), html! { (why) }, RowTone::Skipped)
    };
    let good = |line: &str, title: &str| {
        row(
            line,
            title,
            Cell::text("组织人事局"),
            Cell::text("2026-12-31"),
            light(Light::Green, "可写入"),
            RowTone::Plain,
        )
    };
    let one = light(Light::Red, "1 处问题");
    Table {
        caption: "逐行判断".into(),
        columns: vec![
            Column::new("行", ColumnKind::Number),
            Column::new("任务", ColumnKind::Long),
            Column::new("责任单位", ColumnKind::Text),
            Column::new("完成时限", ColumnKind::Day),
            Column::new("判断", ColumnKind::Text),
        ],
        rows: vec![
            skipped("1", "2026年度重点工作任务一览表", "标题，跳过"),
            skipped("4", "序号 / 任务来源 / 工作任务 / …", "表头，跳过"),
            good("5", TITLES[4]),
            good("6", TITLES[1]),
            row(
                "19",
                TITLES[3],
                Cell::text("葵领街道").tip("没有这个单位，是否为“葵岭街道”？"),
                Cell::text("2026-12-31"),
                one.clone(),
                RowTone::Bad,
            ),
            good("20", TITLES[2]),
            row(
                "47",
                TITLES[5],
                Cell::text("组织人事局"),
                Cell::text("2026年2月30日").tip("没有这一天"),
                one,
                RowTone::Bad,
            ),
            skipped("60", "合计 51 项", "合计，跳过；与识别数一致"),
        ],
        choose: None,
        wide: false,
    }
}

const CHART: &str = r#"<svg class="chart" viewBox="0 0 640 240" role="img" aria-label="近12个月"><title>近12个月按时办结率</title><path class="axis" d="M44 20H624M44 70H624M44 120H624M44 170H624M44 210H624"/><text x="36" y="24" text-anchor="end">100</text><text x="36" y="124" text-anchor="end">90</text><text x="36" y="214" text-anchor="end">80</text><path class="goal" d="M44 120H624"/><text class="goal" x="48" y="114">目标 90</text><path class="line" d="M44 170L130 150L216 158L302 120L388 128L474 96L560 110L620 60"/><circle class="dot" cx="620" cy="60" r="4"/><text class="value" x="620" y="48" text-anchor="end">91.7</text><text x="44" y="232">4月</text><text x="302" y="232">8月</text><text x="620" y="232" text-anchor="end">3月</text></svg>"#;

const FLOW: &str = r#"<svg class="flow" viewBox="0 0 520 90" width="520" height="90" role="img" aria-label="流程"><g class="flow-state start"><rect x="10" y="20" width="90" height="36" rx="4"/><text x="55" y="43" text-anchor="middle">拟制</text></g><g class="flow-arrow"><path d="M100 38H170M164 33L170 38L164 43"/><text x="135" y="30" text-anchor="middle">下达</text></g><g class="flow-state now"><rect x="170" y="20" width="90" height="36" rx="4"/><text x="215" y="43" text-anchor="middle">推进中</text></g><g class="flow-arrow"><path d="M260 38H330M324 33L330 38L324 43"/><text x="295" y="30" text-anchor="middle">申请办结</text></g><g class="flow-state end"><rect x="330" y="20" width="90" height="36" rx="4"/><text x="375" y="43" text-anchor="middle">已办结</text></g></svg>"#;

const BARS: &str = r#"<svg class="chart" viewBox="0 0 640 200" role="img" aria-label="分单位"><path class="axis" d="M40 170H620"/><rect class="bar s1" x="60" y="60" width="40" height="110"/><rect class="bar s2" x="140" y="90" width="40" height="80"/><rect class="bar s3" x="220" y="40" width="40" height="130"/><rect class="bar s4" x="300" y="110" width="40" height="60"/><rect class="bar s5" x="380" y="80" width="40" height="90"/><rect class="bar s6" x="460" y="20" width="40" height="150"/><text x="80" y="190" text-anchor="middle">葵岭</text><text x="160" y="190" text-anchor="middle">大澳</text><text class="value" x="80" y="52" text-anchor="middle">110</text></svg>"#;

fn figures() -> Markup {
    let head = PageHead {
        crumbs: vec![Anchor::new("数字", "#"), Anchor::new("督办", "")],
        title: "重点任务按时办结率".into(),
        lights: Some(light(Light::Green, "达到目标")),
        acts: Some(
            html! { (Button::link("导出", "#").icon(Icon::Export)) (Button::link("封存本期", "#").icon(Icon::Seal).opens("seal")) },
        ),
        remark: String::new(),
    };
    let words = vec![
        Fact::text("口径负责", "督查室 林书敏"),
        Fact::text("公式", "数（已办结 且 办结日 ≤ 完成时限）÷ 数（完成时限 在 期间）"),
        Fact::shown("用于", html! { a href="#" { "综合考核" } "、" a href="#" { "绩效自评" } }),
        Fact::shown("已封存", html! { "2025年4季度 89.6（之后变化 " a href="#" { "+0.4，2 项补录" } "）" }),
    ];
    let periods: Vec<String> = (0..12).map(|month| format!("{}月", (month + 3) % 12 + 1)).collect();
    frame("数字").page(
        &head,
        html! {
            div.grid {
                div.c4 { (plain_card(html! {
                    div.fig { div.k { "2026年1–3月 · 岚湾新区" } div.v { a href="#" { "91.7" } small { "%" } } div.d { "本期到期任务中，在完成时限当日或之前办结的。" a.door href="#" { "44 项" } " ÷ " a.door href="#" { "48 项" } } }
                    (facts(&words, true))
                })) }
                div.c8 { (card("近 12 个月", html! { a href="#" { "月" } a href="#" { "季" } a href="#" { "年" } }, html! { div.pad { (svg(CHART)) } })) }
            }
            (card("单位 × 月", html! { (heat_key("70", "100")) }, heat("单位 × 月", "单位", &periods, &heat_rows())))
            (card("分单位", html! {}, html! { div.pad { (svg(BARS)) (svg(FLOW)) } }))
            (dialog("seal", "封存本期", html! { p.pad { "封存后本期数字不再随记录变化，之后的补录会另行显示。" } div.send { (Button::submit("封存").main()) } }))
        },
    )
}

fn heat_rows() -> Vec<HeatRow> {
    let cell = |value: f64| HeatCell {
        value: format!("{value:.1}"),
        href: Some("#".into()),
        tint: Some(Tint::of(value, 70.0, 100.0)),
    };
    UNITS
        .iter()
        .enumerate()
        .map(|(place, unit)| HeatRow {
            label: (*unit).into(),
            href: "#".into(),
            cells: (0..12)
                .map(|month| (place != 3 || month > 4).then(|| cell(72.0 + ((place * 7 + month * 5) % 28) as f64)))
                .collect(),
            total: Some(HeatCell { value: "88.1".into(), href: None, tint: None }),
        })
        .collect()
}

fn login() -> Markup {
    let frame = frame("");
    gate(
        "登录",
        &frame.site,
        &frame.assets,
        html! {
            (notice(Tone::Error, "账号或密码不对", html! { "再错 3 次将锁定 15 分钟。忘记密码请找本单位的系统管理员。" }))
            form.card method="post" action="desk.html" {
                h1 { "登录" }
                (field(&Field::new("account", "账号", Control::Text { value: "lin".into(), max: None, autocomplete: Some("username") })))
                (field(&Field::new("password", "密码", Control::Password { autocomplete: "current-password" }).hint("区分大小写")))
                (Button::submit("登录").main())
            }
            p.foot { "内部系统，操作均留痕" }
        },
    )
}

fn empties() -> Markup {
    let nothing = empty(
        Icon::Tray,
        "还没有重点工作任务",
        "任务可以逐项拟制，也可以把现有的一览表整张导入；导入前会逐行试读，不会直接写入。",
        &[
            Button::link("导入一览表", "import.html").icon(Icon::Import),
            Button::link("拟制任务", "form.html").icon(Icon::Plus).main(),
        ],
    );
    let filtered = empty(
        Icon::Filter,
        "没有符合筛选条件的任务",
        "当前条件：责任单位为葵岭街道，时限在2026年1月。",
        &[Button::link("清除筛选", "register.html")],
    );
    frame("督办").page(
        &register_head(),
        html! {
            (notice(Tone::Ok, "已写入 49 项", html! { a href="#" { "查看这 49 项" } }))
            (notice(Tone::Warn, "时限短于惯例", html! { "该任务只留 2 个工作日，可继续，须写明理由。" }))
            (notice(Tone::Note, "1月的数字已封存", html! {}))
            section.card { (register_tabs("列表")) (register_filters()) (filtered) }
            section.card { (nothing) }
            (card("看板", html! {}, board(&[Lane { label: "拟制".into(), ..Lane::default() }])))
        },
    )
}

fn ballot() -> Markup {
    let question = |place: usize, name: &str| {
        html! { section.q { h2 { (place) " " (name) } p.quiet.small { "述职 09:10–09:25" }
        div.big { @for (at, label) in ["优秀", "称职", "基本称职", "不称职"].iter().enumerate() { label { input type="radio" name={ "q" (place) } value=(at) checked[at == 0 && place == 1]; span { (label) } } } } } }
    };
    sheet(
        "述职测评",
        &frame("").assets,
        html! {
            header { h1 { "2025年度“一把手”述职测评" } p.small { "不记名：系统只记您已投票，不记您投了什么。" } }
            form method="post" action="#" {
                (question(1, "葵岭街道党工委")) (question(2, "教育和卫生健康局党组")) (question(3, "农业农村局党组"))
                div.send { p.small { "全部填完后提交，提交后不能更改" } (Button::submit("提交选票").main()) }
            }
        },
    )
}

fn small_parts() -> Markup {
    frame("管理").page(
        &PageHead { title: "部件".into(), ..PageHead::default() },
        html! {
            (card("图标", count(Icon::ALL.len() as u64), html! { div.pad.acts { @for &one in Icon::ALL { span.state { (icon(one)) " " (one.word()) } } } }))
            (card("灯和状态", html! {}, html! { div.pad.acts { @for place in 0..5 { @let (tone, word) = lights(place); (light(tone, &word)) } (state(Standing::Open, "推进中")) (state(Standing::Yours, "待你签收")) (state(Standing::Done, "已办结")) (state(Standing::Stopped, "已中止")) } }))
            (card("按钮", html! {}, html! { div.pad.acts { (Button::submit("主要").main()) (Button::submit("普通")) (Button::submit("小").tiny()) (Button::submit("撤销").danger()) (menu("更多", None, &[Button::link("一", "#")])) } }))
        },
    )
}

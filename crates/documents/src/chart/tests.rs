//! Do drawings say what they show, and hold under a strict content policy?

use proptest::prelude::*;

use super::*;

/// Twelve months.
fn months() -> Vec<String> {
    (1..=12).map(|month| format!("{month}月")).collect()
}

/// A series over the months.
fn series(name: &str, start: f64, step: f64) -> Series {
    let datum = |at: usize| {
        let value = start + step * at as f64;
        Datum::new(value, format!("{value}")).linked(format!("/figures/{at}"))
    };
    Series { name: name.into(), data: (0..12).map(datum).collect() }
}

/// The states and steps of a task order.
fn task_order() -> (Vec<State>, Vec<Step>) {
    let names = [
        ("drafted", "拟制"),
        ("issued", "已下达"),
        ("underway", "推进中"),
        ("review", "待核验"),
        ("closed", "已办结"),
        ("stopped", "已撤销"),
    ];
    let state = |(at, (id, name)): (usize, (&str, &str))| State {
        id: id.into(),
        name: name.into(),
        kind: if at == 0 {
            StateKind::Initial
        } else if at > 3 {
            StateKind::Final
        } else {
            StateKind::Middle
        },
        current: id == "underway",
    };
    let steps = [
        ("下达任务书", "drafted", "issued"),
        ("签收", "issued", "underway"),
        ("报进度", "underway", "underway"),
        ("申请延期", "underway", "underway"),
        ("申请办结", "underway", "review"),
        ("核验办结", "review", "closed"),
        ("退回", "review", "underway"),
        ("撤销", "issued", "stopped"),
        ("撤销", "underway", "stopped"),
        ("重新下达", "stopped", "drafted"),
    ];
    let step = |(name, from, to): (&str, &str, &str)| Step { name: name.into(), from: from.into(), to: to.into() };
    (names.into_iter().enumerate().map(state).collect(), steps.into_iter().map(step).collect())
}

/// Every kind of drawing.
fn gallery() -> Vec<(&'static str, String)> {
    let months = months();
    let two = [series("交办数", 12.0, 3.0), series("办结数", 9.0, 3.0)];
    let target = Target { value: 90.0, words: "目标 90".into() };
    let mut rate = series("按时办结率", 82.5, 1.1);
    rate.data[4] = Datum::default();
    let units = ["葵岭街道", "大澳街道", "科技创新和经济服务局"];
    let ranked: Vec<Ranked> = (0..)
        .zip(units)
        .map(|(at, name)| Ranked {
            name: name.into(),
            datum: Datum::new(94.0 - f64::from(at) * 3.5, format!("{}", 94.0 - f64::from(at) * 3.5)),
        })
        .collect();
    let rows: Vec<HeatRow> = (0..)
        .zip(units)
        .map(|(at, name)| HeatRow { name: name.into(), data: series("", 80.0 + f64::from(at), 1.3).data })
        .collect();
    let (states, steps) = task_order();
    vec![
        ("bars", bars("交办与办结", &months, &two)),
        ("stacked", stacked_bars("交办与办结", &months, &two)),
        ("line", line("按时办结率近12个月", &months, &[rate], Some(&target))),
        ("sparkline", sparkline("近12个月", &(0..12).map(|at| Some(f64::from(at * at % 7))).collect::<Vec<_>>())),
        ("dots", dot_plot("排名", &ranked, Some(&target), Width::Page)),
        ("heat", heat("单位与月份", &months, &rows, Tints::Good)),
        ("flow", flow("重点工作任务的流程", &states, &steps)),
    ]
}

#[test]
fn drawings_have_a_title_and_nothing_that_a_strict_policy_forbids() {
    for (name, svg) in gallery() {
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>"), "{name}");
        assert!(svg.contains("<title>"), "{name}");
        for forbidden in [" style=", "<style", "<script", "javascript:", "NaN", "inf", "=\"-0\""] {
            assert!(!svg.contains(forbidden), "{name} contains {forbidden}");
        }
    }
}

#[test]
fn the_same_figures_give_the_same_drawing() {
    assert_eq!(gallery(), gallery());
}

#[test]
fn bars_begin_at_zero_and_each_is_a_link() {
    let svg = bars(
        "交办数",
        &["1月".into(), "2月".into()],
        &[Series {
            name: "交办数".into(),
            data: vec![Datum::new(40.0, "40项").linked("/records?month=1"), Datum::new(80.0, "80项")],
        }],
    );
    assert!(
        svg.contains("<a href=\"/records?month=1\"><title>1月 交办数 40项</title><rect class=\"series-1\""),
        "{svg}"
    );
    let heights: Vec<f64> = svg
        .split("<rect")
        .skip(1)
        .map(|rect| rect.split("height=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(heights, [80.0, 160.0]);
}

#[test]
fn hostile_words_and_links_are_disarmed() {
    let hostile = Datum::new(1.0, "<script>").linked("javascript:alert(1)");
    let svg = bars("a\"><script>", &["<b>".into()], &[Series { name: "&".into(), data: vec![hostile] }]);
    assert!(!svg.contains("<script") && !svg.contains("javascript") && !svg.contains("<b>"), "{svg}");
}

#[test]
fn a_flow_shows_every_step_once_and_steps_that_stay_inside_their_state() {
    let (states, steps) = task_order();
    let svg = flow("流程", &states, &steps);
    for step in &steps {
        assert!(svg.contains(&step.name), "{}", step.name);
    }
    assert!(svg.contains("↻ 报进度") && svg.contains("class=\"state current\""));
    assert_eq!(svg.matches("class=\"step-head\"").count(), steps.len() - 2);
}

proptest! {
    #[test]
    fn no_figures_make_a_drawing_fail(values in proptest::collection::vec(proptest::option::of(any::<f64>()), 0..40), labels in 0usize..40) {
        let data: Vec<Datum> = values.iter().map(|value| Datum { value: *value, words: String::new(), href: None }).collect();
        let labels: Vec<String> = (0..labels).map(|at| at.to_string()).collect();
        let series = [Series { name: String::new(), data: data.clone() }];
        let rows = [HeatRow { name: String::new(), data: data.clone() }];
        let ranked: Vec<Ranked> = data.into_iter().map(|datum| Ranked { name: String::new(), datum }).collect();
        for svg in [bars("", &labels, &series), stacked_bars("", &labels, &series), line("", &labels, &series, None), sparkline("", &values), heat("", &labels, &rows, Tints::Much), dot_plot("", &ranked, None, Width::Page), dot_plot("", &ranked, None, Width::Phone)] {
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
        }
    }
}

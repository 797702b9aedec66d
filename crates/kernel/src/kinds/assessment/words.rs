//! Why so many points? The rule and its operands as a sentence.
//!
//! Never a number that the score was not made of.

use rust_decimal::{Decimal, RoundingStrategy};

use super::scheme::{Indicator, Leaf, Scheme};
use super::score::{Line, Standing, rounded};
use super::{Missing, Source, Unchecked, Way};

/// A number as people read it: with two places, and with four where two would say little.
pub fn shown(number: Decimal) -> String {
    let places = if number.abs() < Decimal::ONE { 4 } else { 2 };
    number.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero).normalize().to_string()
}

fn or_dash(number: Option<Decimal>) -> String {
    number.map_or_else(|| "—".to_owned(), shown)
}

fn percent(part: Decimal) -> String {
    format!("{}%", shown((part * Decimal::ONE_HUNDRED).round_dp(2)))
}

/// The rule of an indicator, as the scheme writes it.
pub fn rule(it: &Indicator) -> String {
    let Some(leaf) = &it.leaf else { return String::new() };
    let mut words = vec![way(it, leaf)];
    if leaf.way.weighs() {
        words.push(match leaf.missing {
            Missing::Skip => "没有数值时不计，其余指标折算".to_owned(),
            Missing::Zero => "没有数值时记0分".to_owned(),
            Missing::Mean => "没有数值时按本组平均得分率计".to_owned(),
        });
    }
    if leaf.source == Source::Jury && leaf.trims {
        words.push("三位以上评委打分的，去掉最高和最低".to_owned());
    }
    if leaf.source.is_filed() {
        words.push(match leaf.unchecked {
            Unchecked::Missing => "没有核验的不算数值".to_owned(),
            Unchecked::Counts => "没有核验的先按填报的计".to_owned(),
        });
    }
    words.extend(leaf.line.map(|line| format!("预警线{}", shown(line))));
    words.join("；")
}

fn way(it: &Indicator, leaf: &Leaf) -> String {
    let weight = shown(it.weight);
    let (per, cap) = (or_dash(leaf.per), or_dash(leaf.cap));
    let most = leaf.cap.map(|_| format!("，最高{cap}%")).unwrap_or_default();
    let target = leaf.target.map_or_else(|| "各单位的目标".to_owned(), |it| format!("目标{}", shown(it)));
    let ratio = match (leaf.lower, leaf.base) {
        (false, None) => format!("完成值 ÷ {target}{most}"),
        (false, Some(base)) => format!("从{}到{target}按比例，到不了{0}不得分{most}", shown(base)),
        (true, None) => format!("不超过{target}得满分，超过的按目标 ÷ 完成值"),
        (true, Some(base)) => format!("不超过{target}得满分，超过的按比例减，到{}不得分", shown(base)),
    };
    match leaf.way {
        Way::Ratio => format!("按比例：{ratio}"),
        Way::Quarters => format!("各季度平均：{ratio}，取各季度的平均"),
        Way::Bands => {
            let sign = if leaf.lower { "≤" } else { "≥" };
            let band = |(from, percent): &(Decimal, Decimal)| format!("{sign}{}得{}%", shown(*from), shown(*percent));
            format!("分档：{}，其余不得分", leaf.bands.iter().map(band).collect::<Vec<_>>().join("，"))
        }
        Way::Deduct => {
            let cap = leaf.cap.map(|_| format!("，最多扣{cap}分")).unwrap_or_default();
            format!("扣分：满分{weight}，每一个扣{per}分{cap}，扣完为止")
        }
        Way::Rank => match leaf.per {
            Some(_) => format!("组内排名：第1名得满分，每低一名减{per}分"),
            None => "组内排名：第1名得满分，按名次等差递减".to_owned(),
        },
        Way::Best => match leaf.lower {
            true => "与最优比：本组最低值 ÷ 完成值".to_owned(),
            false => "与最优比：完成值 ÷ 本组最高值".to_owned(),
        },
        Way::Points => format!("直接计分：填多少得多少，最多{weight}分"),
        Way::Checklist => format!("达标清单：达标的项数 ÷ {}项", leaf.items.len()),
        Way::Add => format!("加分：每一个加{per}分，最多加{cap}分，不占权重"),
        Way::Minus => format!("倒扣：每一个从总分里扣{per}分，最多扣{cap}分，不占权重"),
        Way::Veto => "一票否决：有一个就定为最低等次".to_owned(),
        Way::Bar => "限制评优：有一个就不能评为最高等次".to_owned(),
    }
}

/// What a unit has for an indicator, with the numbers that it was made of; and what of it nobody has checked.
pub fn why(it: &Indicator, line: &Line) -> String {
    let words = made_of(it, line);
    let counts = it.leaf.as_ref().is_some_and(|leaf| leaf.unchecked == Unchecked::Counts);
    match (line.is_unchecked, counts) {
        (false, _) => words,
        (true, true) => format!("{words}（有填报还没有核验，先按填报的计）"),
        (true, false) => format!("{words}（有填报还没有核验，没有计入）"),
    }
}

fn made_of(it: &Indicator, line: &Line) -> String {
    let Some(leaf) = &it.leaf else { return String::new() };
    let weight = shown(line.weight);
    let points = line.points.map_or_else(String::new, |it| rounded(it).to_string());
    let nobody_has = leaf.way == Way::Best && !leaf.lower && line.beside.is_some_and(|best| best <= Decimal::ZERO);
    let known = line.value.is_some() || line.quarters.iter().any(Option::is_some);
    if !known || nobody_has {
        let what = if nobody_has { "本组都没有" } else { "没有数值" };
        return match (leaf.way.weighs(), leaf.missing, line.points) {
            (false, ..) => format!("{what}，不加不扣"),
            (_, Missing::Zero, _) => format!("{what}，按规则记0分"),
            (_, Missing::Mean, Some(_)) => format!("{what}，按本组平均得分率计，{points}分"),
            _ => format!("{what}，不计入，其余指标折算"),
        };
    }
    let value = or_dash(line.value);
    let of_weight = |how: String| match line.part {
        Some(part) => format!("{how} = {}，× {weight}分 = {points}分", percent(part)),
        None => format!("完成{value}，没有目标，算不出"),
    };
    match leaf.way {
        Way::Ratio => {
            let base = leaf.base.map(|it| format!("，起点{}", shown(it))).unwrap_or_default();
            of_weight(format!("完成{value}，目标{}{base}", or_dash(line.target)))
        }
        Way::Quarters => {
            let quarter = |(at, it): (usize, &Option<Decimal>)| format!("{}季度{}", at + 1, or_dash(*it));
            let all: Vec<String> = line.quarters.iter().enumerate().map(quarter).collect();
            of_weight(format!("{}，目标{}，平均", all.join("、"), or_dash(line.target)))
        }
        Way::Bands => of_weight(format!("完成{value}，所在档")),
        Way::Rank => format!("{value}，{}个单位里第{}，{points}分", line.among, or_dash(line.beside)),
        Way::Best => of_weight(format!("完成{value}，本组最优{}", or_dash(line.beside))),
        Way::Deduct => {
            format!("{weight}分 − {value} × {}分，得{points}分", or_dash(leaf.per))
        }
        Way::Points => format!("计{value}，满分{weight}，得{points}分"),
        Way::Checklist => of_weight(format!("{}项里达标{value}项", leaf.items.len())),
        Way::Add => format!("{value} × {}分，加{points}分", or_dash(leaf.per)),
        Way::Minus => format!("{value} × {}分，扣{points}分", or_dash(leaf.per)),
        Way::Veto => {
            if line.value.is_some_and(|it| it > Decimal::ZERO) { "发生了，一票否决" } else { "没有发生" }.to_owned()
        }
        Way::Bar => if line.value.is_some_and(|it| it > Decimal::ZERO) {
            "发生了，不能评为最高等次"
        } else {
            "没有发生"
        }
        .to_owned(),
    }
}

/// How the score of a unit is made of its parts.
pub fn total(scheme: &Scheme, standing: &Standing) -> String {
    let (Some(basic), Some(total)) = (standing.basic, standing.total) else {
        return "还没有任何指标有数值。".to_owned();
    };
    let mut words = format!("指标得分{}", rounded(standing.added));
    let whole: Decimal = scheme.total;
    if standing.counted != whole {
        let (counted, whole) = (shown(standing.counted), shown(whole));
        words.push_str(&format!("（有数值的指标共{counted}分），折算成{whole}分是{basic}"));
    }
    if standing.plus > Decimal::ZERO {
        words.push_str(&format!("，加分{}", rounded(standing.plus)));
    }
    if standing.minus > Decimal::ZERO {
        words.push_str(&format!("，扣分{}", rounded(standing.minus)));
    }
    format!("{words}，合计{total}。")
}

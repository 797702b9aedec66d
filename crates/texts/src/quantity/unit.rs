//! What is counted? The measure words of official prose.
//!
//! Never a currency with its factor: 万元 is 元 with a number in 万.

use crate::scan::Scan;

/// Measure words, a longer one before the shorter one that begins it.
const UNITS: &[&str] = &[
    "个百分点", "百分点", "个工作日", "个自然日", "工作日", "自然日", "平方公里", "平方米", "立方米", "小时", "分钟",
    "学时", "课时", "公里", "千米", "公顷", "公斤", "千克", "美元", "港元", "欧元", "人次", "人日", "场次", "批次",
    "班次", "件次", "户次", "项次", "家次", "个月", "人", "名", "项", "个", "场", "次", "件", "户", "家", "条", "份",
    "篇", "期", "轮", "批", "类", "种", "处", "块", "支", "张", "套", "台", "辆", "座", "间", "所", "位", "组", "队",
    "宗", "例", "起", "课", "届", "岁", "亩", "米", "吨", "周", "天", "日", "年", "元", "分", "倍", "%", "‰",
];

/// Measure words that make everyday words out of 一 and 十: 十分, 一起, 一周, 一年.
const NOT_AFTER_CHINESE: &[&str] = &["分", "起", "周", "日", "课", "队", "次性", "条龙", "人大"];

/// The measure word at an index, and where it ends.
pub(crate) fn unit_at(scan: &Scan, index: usize) -> Option<(&'static str, usize)> {
    scan.one_of(index, UNITS)
}

/// The measure word behind a Chinese numeral.
pub(crate) fn unit_after_chinese(scan: &Scan, index: usize) -> Option<(&'static str, usize)> {
    match scan.one_of(index, NOT_AFTER_CHINESE) {
        Some(_) => None,
        None => unit_at(scan, index),
    }
}

/// Units that count people: parts named by them often overlap (女20人、党员35人).
pub(crate) fn counts_people(unit: &str) -> bool {
    matches!(unit, "人" | "名" | "位" | "人次" | "户" | "家")
}

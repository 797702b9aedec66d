//! What is told of help that does not hold together: what is held, what is asked, what is alike, what is opened for each?

use super::{check, first_hand, shipped};

/// What is told once places of a shipped file are changed.
fn said(file: &str, from: &str, to: &str) -> String {
    let mut files = shipped();
    let one = files.iter_mut().find(|it| it.path.ends_with(file)).expect("it is shipped");
    assert!(one.text.contains(from), "{from}");
    one.text = one.text.replace(from, to).into();
    first_hand(check(&files).1)
}

fn is_told(file: &str, all: &[(&str, &str, &str)]) {
    for (from, to, words) in all {
        let said = said(file, from, to);
        assert!(said.contains(words), "{from} → {to}: {said}");
    }
}

// proves: held
// proves: held.of
// proves: held.field
// proves: held.figure
// proves: held.mark
#[test]
fn what_is_held_is_there_and_where_it_came_from_is_typed_by_nobody() {
    let own = "held \"filler\" mark=\"filler_from\"";
    is_told(
        "form_answer.kdl",
        &[
            (own, "held \"request\" mark=\"filler_from\"", "要写由人填的一个值的栏目"),
            (own, "held \"filler\" of=\"establishment\"", "不知道从哪里取"),
            (own, "held \"filler\" of=\"establishment\" field=\"nothing\"", "没有名为 nothing 的栏目"),
            (own, "held \"filler\" of=\"nowhere\" field=\"title\"", "没有名为 nowhere 的机制"),
            (own, "held \"filler\" of=\"establishment\" figure=\"nothing\"", "没有名为 nothing 的指标"),
            (own, "held \"due_on\" of=\"establishment\" field=\"kind\"", "不能取到“报送期限”"),
            (own, "held \"filler\" of=\"appeal\" field=\"phone\"", "受保护的栏目不能取"),
            (own, "held \"filler\" mark=\"remark\"", "mark 要写不必填的 text 栏目"),
            (
                "asks=\"item filler remark files\"",
                "asks=\"item filler filler_from remark files\"",
                "会让人填 filler_from",
            ),
        ],
    );
}

// proves: asking
// proves: asking.source
// proves: asking.repeat
// proves: asking.value
// proves: asking.held
// proves: asking.as_of
// proves: asking.origin
// proves: asking.because
#[test]
fn what_is_asked_has_its_columns_and_an_answer_all_of_them() {
    is_told(
        "form_answer.kdl",
        &[
            ("asking \"item\"", "asking \"rows\"", "没有名为 rows 的子表"),
            ("repeat=\"known\" value", "repeat=\"name\" value", "repeat 要写yes_no 栏"),
            ("source=\"found_in\"", "source=\"known\"", "source 要写text 栏"),
            ("as_of=\"as_of\"", "as_of=\"held\"", "as_of 要写day 栏"),
            (" origin=\"origin\"", "", "没有写 origin"),
            (" held=\"held\" as_of", " as_of", "没有写 held"),
            (" because=\"differs\"\n", "\n", "没有写 because"),
            (" value=\"value\" held", " held", "没有写 value，held 没有用处"),
            (
                "\"found_in\" \"来源\"    text max=400",
                "\"found_in\" \"来源\"    text required=#true max=400",
                "不能又是必填",
            ),
            (
                "\"name\"    \"项目\"     text required=#true max=60",
                "\"name\" \"项目\" text required=#true max=60 read=\"unit_head\"",
                "不能有受保护的栏",
            ),
        ],
    );
}

// proves: opening.each
// proves: opening.rows
#[test]
fn what_is_opened_for_each_unit_takes_rows_that_fit() {
    is_told(
        "form_request.kdl",
        &[
            ("each=\"audience\"", "each=\"unit\"", "不是几个单位的栏目"),
            (" each=\"audience\"", "", "新记录必填的“报送单位”没有填"),
            ("rows \"item\" \"item\"", "rows \"items\" \"item\"", "没有名为 items 的子表"),
            (
                "field \"name\"    \"项目\"     text required=#true max=60\n",
                "field \"what\" \"项目\" text required=#true max=60\n",
                "没有同代号的栏可以带去",
            ),
        ],
    );
}

// proves: example.row.*
#[test]
fn a_row_in_a_figures_example_is_one_of_a_table() {
    is_told(
        "form_request.kdl",
        &[
            (
                "{ item name=\"户籍人口\"; item name=\"党员数\" }; record",
                "{ itm name=\"户籍人口\" }; record",
                "没有名为 itm 的子表",
            ),
            (
                "{ item name=\"户籍人口\"; item name=\"党员数\" }; record",
                "{ item nme=\"户籍人口\" }; record",
                "没有名为 nme 的栏目",
            ),
        ],
    );
}

// proves: alike.by
// proves: alike.same
// proves: alike.days
#[test]
fn likeness_is_asked_of_words_that_everybody_reads() {
    let own = "alike by=\"title\" same=\"unit\" days=180";
    is_told(
        "form_request.kdl",
        &[
            (own, "alike by=\"basis\" same=\"unit\" days=180", "by 要写搜得到（search）的文字栏目"),
            (own, "alike by=\"title\" same=\"place\" days=180", "没有名为 place 的栏目"),
            (own, "alike by=\"title\" same=\"unit\" days=0", "days 要写1到3650"),
        ],
    );
}

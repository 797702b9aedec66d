//! Who is there at the start? Units, people, accounts and roles, from one readable file.
//!
//! Never writes: `app` keeps what was read.

use std::collections::{BTreeMap, BTreeSet};

use app::commands::upkeep::organisation::{NewOrganisation, NewPerson, NewUnit};
use kdl::{KdlDocument, KdlNode};
use kernel::catalog::{Administers, LEVELS, Vocabulary};
use kernel::ids::{RoleId, UnitKind};
use kernel::organisation::{credit_code, may_stand};
use kernel::problem::{Problem, SourceFile};

/// The deepest tree: each level of the file is one of the reader's own calls.
const DEEPEST: usize = 12;

/// Reads the file. All problems at once.
pub fn read(file: &SourceFile, vocabulary: &Vocabulary) -> Result<NewOrganisation, Vec<Problem>> {
    if file.text.matches('{').count() > 200_000 || depth(&file.text) > DEEPEST + 2 {
        return Err(vec![Problem::at(file, 0..0, "文件太大，或者花括号嵌套太深。")]);
    }
    let document: KdlDocument = file.text.parse().map_err(|fault: kdl::KdlError| {
        let places = fault.diagnostics.iter().map(|it| it.span.offset()..it.span.offset() + it.span.len());
        let problem = |place| Problem::at(file, place, "看不懂这里。").hint("请检查引号和花括号。");
        places.map(problem).collect::<Vec<_>>()
    })?;
    let mut reader = Reader {
        file,
        vocabulary,
        found: NewOrganisation::default(),
        overs: Vec::new(),
        ofs: Vec::new(),
        problems: Vec::new(),
    };
    for node in document.nodes() {
        match node.name().value() {
            "unit" => reader.top(node),
            _ => reader.tell(node, "最外层要写最上级单位。", "写成 unit 种类 名称 { … }。"),
        }
    }
    if reader.found.units.is_empty() && reader.problems.is_empty() {
        reader.problems.push(Problem::at(file, 0..0, "一个单位也没有写。").hint("写成 unit 种类 名称 { … }。"));
    }
    reader.join();
    match reader.problems.is_empty() {
        true => Ok(reader.found),
        false => Err(reader.problems),
    }
}

/// How deep braces are nested, quotes aside: an upper bound.
fn depth(text: &str) -> usize {
    let (mut now, mut most) = (0_usize, 0);
    for c in text.chars() {
        match c {
            '{' => now += 1,
            '}' => now = now.saturating_sub(1),
            _ => {}
        }
        most = most.max(now);
    }
    most
}

struct Reader<'a> {
    file: &'a SourceFile,
    vocabulary: &'a Vocabulary,
    found: NewOrganisation,
    /// For each person: the name of the unit that their roles reach over, and the node that says so.
    overs: Vec<(usize, String, std::ops::Range<usize>)>,
    /// For each party unit: the name of a unit that it belongs to, and the node that says so.
    ofs: Vec<(usize, String, std::ops::Range<usize>)>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn tell(&mut self, node: &KdlNode, sentence: impl Into<String>, hint: &str) {
        self.problems.push(Problem::at(self.file, span(node), sentence).hint(hint));
    }

    /// The top of a tree; each of the two has one.
    fn top(&mut self, node: &KdlNode) {
        let words = words(node);
        let own = words.first().map(|kind| self.vocabulary.hierarchy(&UnitKind::from(kind.as_str())));
        let tops = self.found.units.iter().filter(|unit| unit.parent.is_none());
        if tops.into_iter().any(|unit| Some(self.vocabulary.hierarchy(&unit.kind)) == own) {
            let name = own.map_or("", kernel::catalog::Hierarchy::name);
            return self.tell(node, format!("{name}只能有一个最上级单位。"), "其他单位请写在它的花括号里。");
        }
        self.unit(node, None, 0);
    }

    /// A kind that is known, standing where it may.
    fn kind(&mut self, node: &KdlNode, kind: &str, parent: Option<usize>) {
        if self.vocabulary.unit_kind(kind).is_none() {
            let known = self.vocabulary.unit_kinds.iter().map(|known| known.id.as_str());
            let problem = Problem::at(self.file, span(node), format!("没有“{kind}”这种单位。")).nearest(kind, known);
            self.problems.push(problem);
            return;
        }
        let above = parent.map(|at| self.found.units[at].kind.clone());
        if above.as_ref().is_some_and(|above| self.vocabulary.unit_kind(above.as_str()).is_none()) {
            return;
        }
        if let Err(refusal) = may_stand(self.vocabulary, &UnitKind::from(kind), above.as_ref()) {
            let said = app::words::say(self.vocabulary, &refusal);
            self.tell(node, said.says, &said.next.unwrap_or_default());
        }
    }

    fn unit(&mut self, node: &KdlNode, parent: Option<usize>, depth: usize) {
        let words = words(node);
        let [kind, name] = words.as_slice() else {
            return self.tell(node, "单位要写种类和名称。", "写成 unit \"bureau\" \"农业农村局\"。");
        };
        if depth > DEEPEST {
            return self.tell(node, "单位的层级太深。", "最多十二级。");
        }
        self.kind(node, kind, parent);
        if self.found.units.iter().any(|unit| unit.name == *name) {
            self.tell(node, format!("有两个单位都叫“{name}”。"), "请写全称，让名称不重复。");
        }
        self.only(node, &["short", "pinyin", "code", "credit", "level", "of"]);
        let at = self.found.units.len();
        let others = property(node, "of").unwrap_or_default();
        self.ofs.extend(others.split_whitespace().map(|other| (at, other.to_owned(), span(node))));
        let credit_code = self.credit_code(node);
        let level = self.level(node);
        self.found.units.push(NewUnit {
            kind: UnitKind::from(kind.as_str()),
            name: name.clone(),
            short_name: property(node, "short"),
            pinyin: property(node, "pinyin"),
            code: property(node, "code"),
            level,
            credit_code,
            parent,
            of: Vec::new(),
        });
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            match child.name().value() {
                "unit" => self.unit(child, Some(at), depth + 1),
                "person" => self.person(child, at),
                _ => self.tell(child, "单位里只能写下级单位和人员。", "写 unit 或 person。"),
            }
        }
    }

    fn credit_code(&mut self, node: &KdlNode) -> Option<String> {
        let text = property(node, "credit")?;
        match credit_code::parse(&text) {
            Ok(code) => Some(code),
            Err(_) => {
                self.tell(node, format!("“{text}”不是统一社会信用代码。"), "请核对18位代码，最后一位是校验码。");
                None
            }
        }
    }

    fn level(&mut self, node: &KdlNode) -> Option<String> {
        let text = property(node, "level")?;
        let levels = self.vocabulary.list(LEVELS);
        if levels.is_none_or(|list| list.name_of(&text).is_none()) {
            self.tell(node, format!("没有“{text}”这个级别。"), "请写选项表 unit_level 里的代号。");
        }
        Some(text)
    }

    fn person(&mut self, node: &KdlNode, unit: usize) {
        let words = words(node);
        let [name] = words.as_slice() else {
            return self.tell(node, "人员要写姓名。", "写成 person \"林书敏\" login=\"lin\"。");
        };
        self.only(node, &["login", "post", "pinyin", "roles", "over"]);
        let roles = property(node, "roles").unwrap_or_default();
        let roles: Vec<RoleId> = roles.split_whitespace().map(RoleId::from).collect();
        for role in &roles {
            if self.vocabulary.role(role.as_str()).is_none() {
                let known = self.vocabulary.roles.iter().map(|known| known.id.as_str());
                let problem = Problem::at(self.file, span(node), format!("没有“{role}”这个角色。"));
                self.problems.push(problem.nearest(role.as_str(), known));
            }
        }
        if let Some(over) = property(node, "over") {
            self.overs.push((self.found.people.len(), over, span(node)));
        }
        self.found.people.push(NewPerson {
            name: name.clone(),
            pinyin: property(node, "pinyin"),
            post_name: property(node, "post"),
            unit,
            login: property(node, "login"),
            roles,
            over: unit,
        });
        if node.children().is_some() {
            self.tell(node, "人员后面不能有花括号。", "都写成 名称=值。");
        }
    }

    /// No other properties than these.
    fn only(&mut self, node: &KdlNode, known: &[&str]) {
        for entry in node.entries() {
            let Some(name) = entry.name().map(|name| name.value()) else { continue };
            if !known.contains(&name) {
                let problem = Problem::at(self.file, span(node), format!("这里不能写“{name}=”。"));
                self.problems.push(problem.nearest(name, known.iter().copied()));
            }
        }
    }

    /// What can only be said once all is read: which units roles reach over, and that nobody signs in under the same name.
    fn join(&mut self) {
        let by_name: BTreeMap<&str, usize> =
            self.found.units.iter().enumerate().map(|(at, unit)| (unit.name.as_str(), at)).collect();
        let mut find = |(from, name, place): &(usize, String, std::ops::Range<usize>)| match by_name.get(name.as_str())
        {
            Some(unit) => Some((*from, *unit)),
            None => {
                let problem = Problem::at(self.file, place.clone(), format!("没有“{name}”这个单位。"));
                self.problems.push(problem.nearest(name, by_name.keys().copied()));
                None
            }
        };
        let overs: Vec<(usize, usize)> = self.overs.iter().filter_map(&mut find).collect();
        let ofs: Vec<(usize, usize)> = self.ofs.iter().filter_map(&mut find).collect();
        for (person, unit) in overs {
            self.found.people[person].over = unit;
        }
        for (unit, other) in ofs {
            self.found.units[unit].of.push(other);
        }
        self.three_administrators();
        let mut logins = BTreeSet::new();
        for login in self.found.people.iter().filter_map(|person| person.login.as_ref()) {
            if !logins.insert(login) {
                let sentence = format!("有两个人的用户名都是“{login}”。");
                self.problems.push(Problem::at(self.file, 0..0, sentence).hint("请让用户名不重复。"));
            }
        }
    }
}

impl Reader<'_> {
    /// From the first day on there is somebody for each of the three, and nobody is two of them.
    fn three_administrators(&mut self) {
        for what in [Administers::System, Administers::Security, Administers::Audit] {
            let roles: Vec<_> = self.vocabulary.administrators(what).collect();
            let is_one =
                |person: &NewPerson| person.login.is_some() && roles.iter().any(|role| person.roles.contains(&role.id));
            if let Some(role) = roles.first().filter(|_| !self.found.people.iter().any(is_one)) {
                let sentence = format!("没有写{}。", role.name);
                let hint = format!("给一个有用户名的人写上 roles=\"{}\"。", role.id);
                self.problems.push(Problem::at(self.file, 0..0, sentence).hint(hint));
            }
        }
        for person in &self.found.people {
            for (at, one) in person.roles.iter().enumerate() {
                for other in person.roles[at + 1..].iter().filter(|it| self.vocabulary.exclude_each_other(one, it)) {
                    let name = |id: &RoleId| self.vocabulary.role(id.as_str()).map_or("", |role| role.name.as_str());
                    let sentence = format!("{}不能既是{}又是{}。", person.name, name(one), name(other));
                    self.problems.push(Problem::at(self.file, 0..0, sentence).hint("请由两个人分别担任。"));
                }
            }
        }
    }
}

fn span(node: &KdlNode) -> std::ops::Range<usize> {
    node.span().offset()..node.span().offset() + node.span().len()
}

/// The texts written after a node's name.
fn words(node: &KdlNode) -> Vec<String> {
    let plain = node.entries().iter().filter(|entry| entry.name().is_none());
    plain.filter_map(|entry| entry.value().as_string()).map(|text| text.trim().to_owned()).collect()
}

/// The text of a property.
fn property(node: &KdlNode, name: &str) -> Option<String> {
    let text = node.get(name)?.as_string()?.trim().to_owned();
    Some(text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let (definitions, _) = crate::definitions::load(None).unwrap();
        let file = SourceFile { path: "units.kdl".into(), text: text.into() };
        let shown = match read(&file, &definitions.catalog.vocabulary) {
            Ok(found) => format!("{}个单位，{}人", found.units.len(), found.people.len()),
            Err(problems) => problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        };
        expected.assert_eq(&shown);
    }

    #[test]
    fn a_tree_with_people_is_read() {
        check(
            "unit \"district\" \"甲区\" { person \"丁一\" login=\"ding\" roles=\"leader\"; unit \"bureau\" \"乙局\" { person \"丙二\" over=\"甲区\" }
               person \"一\" login=\"a\" roles=\"system_admin\"; person \"二\" login=\"b\" roles=\"security_admin\"; person \"三\" login=\"c\" roles=\"audit_admin\" }",
            expect!["2个单位，5人"],
        );
    }

    #[test]
    fn all_problems_are_told_at_once() {
        check(
            "unit \"distric\" \"甲区\" colour=\"x\" {\n  person \"丁一\" login=\"d\" roles=\"leadr\"\n  person \"戊\" login=\"d\" over=\"甲\"\n  team\n}\nunit \"bureau\" \"乙局\"\n",
            expect![[r#"
                units.kdl:1:1 没有“distric”这种单位。 是否为“district”？
                units.kdl:1:1 这里不能写“colour=”。
                units.kdl:2:3 没有“leadr”这个角色。 是否为“leader”？
                units.kdl:4:3 单位里只能写下级单位和人员。 写 unit 或 person。
                units.kdl:6:1 行政只能有一个最上级单位。 其他单位请写在它的花括号里。
                units.kdl:3:3 没有“甲”这个单位。 是否为“甲区”？
                units.kdl:1:1 没有写系统管理员。 给一个有用户名的人写上 roles="system_admin"。
                units.kdl:1:1 没有写安全管理员。 给一个有用户名的人写上 roles="security_admin"。
                units.kdl:1:1 没有写审计管理员。 给一个有用户名的人写上 roles="audit_admin"。
                units.kdl:1:1 有两个人的用户名都是“d”。 请让用户名不重复。"#]],
        );
        check(
            "unit \"district\" \"甲区\" {",
            expect![[r#"
            units.kdl:1:22 看不懂这里。 请检查引号和花括号。"#]],
        );
    }

    #[test]
    fn two_trees_are_read_and_linked_and_what_stands_wrong_is_told() {
        let two = "unit \"district\" \"甲区\" { unit \"bureau\" \"乙局\" credit=\"11999999MB2C927390\" }\n\
             unit \"work_committee\" \"甲区党工委\" of=\"甲区\" { unit \"party_branch\" \"乙局党支部\" of=\"乙局 丙局\" }\n";
        check(
            two,
            expect![[r#"
                units.kdl:1:24 “11999999MB2C927390”不是统一社会信用代码。 请核对18位代码，最后一位是校验码。
                units.kdl:2:41 没有“丙局”这个单位。 是否为“乙局”？
                units.kdl:1:1 没有写系统管理员。 给一个有用户名的人写上 roles="system_admin"。
                units.kdl:1:1 没有写安全管理员。 给一个有用户名的人写上 roles="security_admin"。
                units.kdl:1:1 没有写审计管理员。 给一个有用户名的人写上 roles="audit_admin"。"#]],
        );
        check(
            "unit \"bureau\" \"乙局\" { unit \"party_branch\" \"乙局党支部\"\n unit \"office\" \"一科\" level=\"7\" }",
            expect![[r#"
                units.kdl:1:1 “部门”不能放在最上面。 请选择上级单位，可以设在：区。
                units.kdl:1:22 “党支部”不能设在“部门”下面。 可以设在：党工委、党组、党委、临时党委、党总支部、临时党总支部。
                units.kdl:2:2 没有“7”这个级别。 请写选项表 unit_level 里的代号。
                units.kdl:1:1 没有写系统管理员。 给一个有用户名的人写上 roles="system_admin"。
                units.kdl:1:1 没有写安全管理员。 给一个有用户名的人写上 roles="security_admin"。
                units.kdl:1:1 没有写审计管理员。 给一个有用户名的人写上 roles="audit_admin"。"#]],
        );
    }

    #[test]
    fn the_three_administrators_are_there_from_the_start_and_are_three_people() {
        check(
            "unit \"district\" \"甲区\" { person \"一\" login=\"a\" roles=\"system_admin security_admin\"; person \"三\" roles=\"audit_admin\" }",
            expect![[r#"
                units.kdl:1:1 没有写审计管理员。 给一个有用户名的人写上 roles="audit_admin"。
                units.kdl:1:1 一不能既是系统管理员又是安全管理员。 请由两个人分别担任。"#]],
        );
    }

    #[test]
    fn the_demo_district_is_read() {
        check(crate::demo::DISTRICT, expect!["40个单位，69人"]);
    }
}

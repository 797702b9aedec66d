//! How is an organisation put together? Where a unit may stand, how units are numbered, how they become others.
//!
//! Never knows a site: kinds, levels and their order come from the vocabulary.

pub mod credit_code;
pub mod numbering;
pub mod order;

use crate::catalog::Vocabulary;
use crate::ids::UnitKind;
use crate::refusal::Refusal;

/// May a unit of this kind stand below a unit of that kind (or at the top of its tree)?
// enforces: unit_kind.below
pub fn may_stand(vocabulary: &Vocabulary, kind: &UnitKind, above: Option<&UnitKind>) -> Result<(), Refusal> {
    let Some(own) = vocabulary.unit_kind(kind.as_str()) else {
        return Err(Refusal::new("unit.no_such_kind").with("kind", kind));
    };
    let fits = match above {
        None => own.below.is_empty(),
        Some(above) => own.below.contains(above),
    };
    if fits {
        return Ok(());
    }
    let name = |kind: &UnitKind| vocabulary.unit_kind(kind.as_str()).map_or(kind.to_string(), |it| it.name.clone());
    let places: Vec<String> = own.below.iter().map(name).collect();
    let places = if places.is_empty() { "最上级".to_owned() } else { places.join("、") };
    let refusal = match above {
        Some(above) => Refusal::new("unit.not_there").with("above", name(above)),
        None => Refusal::new("unit.not_at_the_top"),
    };
    Err(refusal.with("kind", &own.name).with("places", places))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::problem::SourceFile;

    fn check(kind: &str, above: Option<&str>, expected: Expect) {
        let text = r#"
            unit_kind "district" "区"
            unit_kind "bureau" "部门" below="district"
            unit_kind "office" "科室" below="district bureau office"
        "#;
        let (catalog, _) =
            crate::catalog::check(&[SourceFile { path: "vocabulary/units.kdl".into(), text: text.into() }]);
        let answer = may_stand(&catalog.vocabulary, &kind.into(), above.map(UnitKind::from).as_ref());
        expected.assert_eq(&match answer {
            Ok(()) => "可以".to_owned(),
            Err(refusal) => format!("{} {:?}", refusal.code, refusal.params),
        });
    }

    // proves: unit_kind.below
    #[test]
    fn a_unit_stands_only_where_its_kind_may() {
        check("district", None, expect!["可以"]);
        check("office", Some("office"), expect!["可以"]);
        check(
            "bureau",
            Some("office"),
            expect![[r#"unit.not_there [("above", "科室"), ("kind", "部门"), ("places", "区")]"#]],
        );
        check("bureau", None, expect![[r#"unit.not_at_the_top [("kind", "部门"), ("places", "区")]"#]]);
        check("team", None, expect![[r#"unit.no_such_kind [("kind", "team")]"#]]);
    }
}

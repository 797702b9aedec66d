//! Where does a route lead in the small world? Its pattern with every hole filled by something that is there.
//!
//! Never a pattern that cannot be filled: a new hole is named here first.

use web::Route;

use crate::harness::{Office, Visitor};
use crate::stories::tasks;

/// What fills the holes of patterns.
pub(crate) struct Filling {
    pub(crate) record: String,
    pub(crate) file: String,
    pub(crate) paper: String,
    pub(crate) upload: String,
    pub(crate) batch: String,
    pub(crate) session: String,
    pub(crate) stand_in: String,
    pub(crate) view: String,
    pub(crate) offering: String,
}

/// Where nothing of the kind is there.
const NOTHING: &str = "00000000000000000000000000000001";

/// The mechanism of the sweeps.
pub(crate) const MECHANISM: &str = "task_order";

/// A task underway with a file and a paper, an import that is looked at and one that was taken in.
pub(crate) async fn fill(office: &Office) -> Filling {
    office.on("2026-01-08");
    let (mut lin, mut zheng) = (office.sign_in("lin").await, office.sign_in("zheng").await);
    let record = tasks::underway(&mut lin, &mut zheng, "完成渔港码头产权移交", "农业农村局", "2026-03-31").await;
    let report = [("进度", "40"), ("进展情况", "已核清两处。"), ("佐证材料", "产权清册.pdf")];
    let page = zheng.takes("报进度", &record, &report).await;
    let last = |address: &str| address.rsplit('/').next().unwrap_or("").split('?').next().unwrap_or("").to_owned();
    let file = last(&page.hrefs("/files/")[0]);
    let paper = last(&page.hrefs("/papers/")[0]).split('.').next().unwrap_or("").to_owned();
    let batch = batch(&mut lin).await;
    let dry = lin.uploads(MECHANISM, "一览表.xlsx", &crate::world::annual_list()).await;
    let nothing = || NOTHING.to_owned();
    Filling {
        record: last(&record),
        file,
        paper,
        upload: last(&dry.url),
        batch,
        session: nothing(),
        stand_in: nothing(),
        view: nothing(),
        offering: nothing(),
    }
}

async fn batch(lin: &mut Visitor) -> String {
    let lines = crate::world::annual_lines();
    let dry = lin.uploads(MECHANISM, "两项.xlsx", &crate::world::plain_list(&lines[..2])).await;
    lin.sends(dry.form("/taking")).await.answers(200);
    let action = lin.opens("/m/task_order/imports").await.form("/undo").action;
    action.split('/').rev().nth(1).unwrap_or("").to_owned()
}

impl Filling {
    /// The address of a route.
    pub(crate) fn address(&self, route: &Route) -> String {
        let filled: Vec<String> = route.path.split('/').map(|part| self.part(route, part)).collect();
        filled.join("/")
    }

    fn part(&self, route: &Route, part: &str) -> String {
        let Some(hole) = part.split_once('{').and_then(|(_, rest)| rest.split_once('}')) else {
            return part.to_owned();
        };
        let (name, rest) = hole;
        let value = match name.trim_start_matches('*') {
            "mechanism" => MECHANISM.to_owned(),
            "record" => self.record.clone(),
            "asset" => "app.css".to_owned(),
            "file" if route.path.starts_with("/assets") => "app.css".to_owned(),
            "file" => self.file.clone(),
            "paper" if rest.is_empty() => format!("{}.pdf", self.paper),
            "paper" => self.paper.clone(),
            "upload" => self.upload.clone(),
            "batch" => self.batch.clone(),
            "grant" => "00000000000000000000000000000302".to_owned(),
            "step" => "report".to_owned(),
            "figure" => "on_time".to_owned(),
            "form" => "table.xlsx".to_owned(),
            "extract" => "bank".to_owned(),
            "account" => "00000000-0000-0000-0000-000000000400".to_owned(),
            "unit" => "00000000000000000000000000000103".to_owned(),
            "session" => self.session.clone(),
            "stand_in" => self.stand_in.clone(),
            "view" => self.view.clone(),
            "offering" => self.offering.clone(),
            "slip" => "2222222222222222".to_owned(),
            "code" => format!("{NOTHING}.1.abc"),
            "order" | "merge" | "hand_over" | "seal" | "target" => NOTHING.to_owned(),
            "receiver" | "delivery" | "feed" => NOTHING.to_owned(),
            "person" => "00000000-0000-0000-0000-000000000200".to_owned(),
            other => panic!("{}: what stands for {{{other}}}? name it in sweeps/addresses.rs", route.path),
        };
        format!("{value}{rest}")
    }
}

//! What is where? Every address, who may come, and the function that answers; grouped by noun.
//!
//! Never an address that is not in this table: the router, the door and the sweeps read the same one.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use app::office::Office;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::Method;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use kernel::catalog::Administers;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::door::counters::Counters;
use crate::door::rates::Rates;
use crate::door::{entrance, watch};
use crate::error::Failure;
use crate::pages::look::Look;
use crate::sent::LARGEST_WITH_FILES;
use crate::site::{Site, WallClock, WebOptions};
use crate::{api, pages};

/// Who may come to an address at all. What they see there is for the query to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody.
    Public,
    /// Whoever gave their password, also while something more is asked of them before they are in.
    Entering,
    /// Whoever signed in.
    SignedIn,
    /// One of these of the three administrators; for others it is not there.
    Administrator(&'static [Administers]),
}

/// A line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The method.
    pub method: &'static str,
    /// The address, with its ids in braces.
    pub path: &'static str,
    /// Who may come.
    pub who: Who,
}

type Line = (&'static str, &'static str, Who, MethodRouter);

const GET: &str = "GET";
const POST: &str = "POST";

/// Every address, for whoever walks them.
pub fn table() -> Vec<Route> {
    lines().into_iter().map(|(method, path, who, _)| Route { method, path, who }).collect()
}

fn lines() -> Vec<Line> {
    let mut all = doors();
    all.extend(person());
    all.extend(account());
    all.extend(units());
    all.extend(registers());
    all.extend(figures());
    all.extend(imports());
    all.extend(people());
    all.extend(records());
    all.extend(administration());
    all.extend(authority());
    all.extend(machines());
    all
}

fn doors() -> Vec<Line> {
    use Who::{Entering, Public};
    vec![
        (GET, "/sign-in", Public, get(pages::sign_in::show)),
        (POST, "/sign-in", Public, post(pages::sign_in::sign_in)),
        (GET, "/sign-in/single-sign-on", Public, get(pages::sign_in::single_sign_on::begin)),
        (GET, "/sign-in/single-sign-on/callback", Public, get(pages::sign_in::single_sign_on::come_back)),
        (GET, "/sign-in/code", Entering, get(pages::sign_in::code::show)),
        (POST, "/sign-in/code", Entering, post(pages::sign_in::code::give)),
        (POST, "/sign-out", Public, post(pages::sign_in::sign_out)),
        (GET, "/assets/{asset}", Public, get(pages::look::show)),
        (GET, "/attend/{code}", Public, get(pages::attendance::door::show)),
        (POST, "/attend/{code}", Public, post(pages::attendance::door::come)),
        (GET, "/vote", Public, get(pages::ballots::vote::enter)),
        (POST, "/vote", Public, post(pages::ballots::vote::find)),
        (GET, "/vote/{slip}", Public, get(pages::ballots::vote::by_slip)),
        (POST, "/vote/{slip}", Public, post(pages::ballots::vote::take_by_slip)),
        (GET, "/public", Public, get(pages::public::show)),
        (GET, "/public/follow", Public, get(pages::public::follow::ask)),
        (POST, "/public/follow", Public, post(pages::public::follow::show)),
        (POST, "/public/follow/{step}", Public, post(pages::public::follow::take)),
        (GET, "/public/{mechanism}/{form}", Public, get(pages::public::form)),
        (POST, "/public/{mechanism}/{form}", Public, post(pages::public::file)),
        (GET, "/calendar/{feed}", Public, get(pages::calendars::feed)),
        (GET, "/favicon.ico", Public, get(pages::look::favicon)),
        (GET, "/healthz", Public, get(pages::health::health)),
    ]
}

fn person() -> Vec<Line> {
    use Who::SignedIn;
    vec![
        (GET, "/", SignedIn, get(pages::desk::show)),
        (GET, "/todo", SignedIn, get(pages::todo::show)),
        (GET, "/api/v1/todo", SignedIn, get(api::todo::list)),
        (GET, "/inbox", SignedIn, get(pages::inbox::show)),
        (POST, "/inbox/reading", SignedIn, post(pages::inbox::read_all)),
        (GET, "/following", SignedIn, get(pages::following::show)),
        (GET, "/search", SignedIn, get(pages::search::show)),
        (GET, "/book", SignedIn, get(pages::mechanism::all)),
        (GET, "/stand-ins", SignedIn, get(pages::stand_ins::show)),
        (POST, "/stand-ins", SignedIn, post(pages::stand_ins::give)),
        (POST, "/stand-ins/{stand_in}/end", SignedIn, post(pages::stand_ins::end)),
    ]
}

fn account() -> Vec<Line> {
    use Who::{Entering, SignedIn};
    vec![
        (GET, "/account", SignedIn, get(pages::account::show)),
        (GET, "/account/password", Entering, get(pages::account::password::show)),
        (POST, "/account/password", Entering, post(pages::account::password::change)),
        (GET, "/account/second-factor", Entering, get(pages::account::second_factor::show)),
        (POST, "/account/second-factor", Entering, post(pages::account::second_factor::confirm)),
        (POST, "/account/second-factor/secret", Entering, post(pages::account::second_factor::begin)),
        (POST, "/account/second-factor/codes", SignedIn, post(pages::account::second_factor::renew)),
        (POST, "/account/second-factor/removal", SignedIn, post(pages::account::second_factor::remove)),
        (GET, "/account/notices", SignedIn, get(pages::account::notices::show)),
        (POST, "/account/notices/address", SignedIn, post(pages::account::notices::set)),
        (POST, "/account/notices/code", SignedIn, post(pages::account::notices::confirm)),
        (POST, "/account/notices/kinds", SignedIn, post(pages::account::notices::choose)),
        (POST, "/account/notices/removal", SignedIn, post(pages::account::notices::remove)),
        (GET, "/account/calendar", SignedIn, get(pages::calendars::show)),
        (POST, "/account/calendar", SignedIn, post(pages::calendars::make)),
        (POST, "/account/calendar/end", SignedIn, post(pages::calendars::end)),
        (POST, "/account/sessions/{session}/end", SignedIn, post(pages::account::end_one)),
        (POST, "/account/sessions/end-others", SignedIn, post(pages::account::end_others)),
        (POST, "/account/sessions/end-all", SignedIn, post(pages::account::end_all)),
    ]
}

fn units() -> Vec<Line> {
    use Who::SignedIn;
    vec![
        (GET, "/units", SignedIn, get(pages::units::tree::show)),
        (GET, "/units/{unit}", SignedIn, get(pages::units::unit::show)),
        (GET, "/units/orders", SignedIn, get(pages::units::orders::list)),
        (GET, "/units/orders/new", SignedIn, get(pages::units::orders::new)),
        (POST, "/units/orders/plan", SignedIn, post(pages::units::orders::show_plan)),
        (POST, "/units/orders", SignedIn, post(pages::units::orders::give)),
        (GET, "/units/orders/{order}", SignedIn, get(pages::units::orders::show)),
        (POST, "/units/orders/{order}/cancellation", SignedIn, post(pages::units::orders::cancel)),
        (GET, "/units/imports", SignedIn, get(pages::units::imports::show)),
        (POST, "/units/imports", SignedIn, post(pages::units::imports::upload)),
        (GET, "/units/imports/template.xlsx", SignedIn, get(pages::units::imports::template)),
        (GET, "/units/imports/{upload}", SignedIn, get(pages::units::imports::trial)),
        (POST, "/units/imports/{upload}/taking", SignedIn, post(pages::units::imports::take_in)),
        (GET, "/units/imports/{upload}/marked.xlsx", SignedIn, get(pages::units::imports::marked)),
        (POST, "/units/imports/batches/{batch}/undo", SignedIn, post(pages::units::imports::undo)),
        (GET, "/units/export.xlsx", SignedIn, get(pages::units::imports::export)),
        (GET, "/choose/units", SignedIn, get(pages::units::choosing::show)),
    ]
}

fn registers() -> Vec<Line> {
    use Who::SignedIn;
    vec![
        (GET, "/m/{mechanism}", SignedIn, get(pages::register::list::show)),
        (GET, "/m/{mechanism}/board", SignedIn, get(pages::register::board::show)),
        (GET, "/m/{mechanism}/calendar", SignedIn, get(pages::register::month::show)),
        (POST, "/m/{mechanism}/steps/{step}", SignedIn, post(pages::register::batch::take)),
        (POST, "/m/{mechanism}/views", SignedIn, post(pages::register::views::save)),
        (POST, "/m/{mechanism}/views/{view}/removal", SignedIn, post(pages::register::views::remove)),
        (GET, "/m/{mechanism}/templates", SignedIn, get(pages::offerings::templates)),
        (POST, "/records/{record}/templates", SignedIn, post(pages::offerings::keep)),
        (POST, "/offerings/{offering}/name", SignedIn, post(pages::offerings::rename)),
        (POST, "/offerings/{offering}/removal", SignedIn, post(pages::offerings::remove)),
        (GET, "/m/{mechanism}/new", SignedIn, get(pages::new_record::show)),
        (POST, "/m/{mechanism}/records", SignedIn, post(pages::new_record::start)),
        (GET, "/m/{mechanism}/retention", SignedIn, get(pages::register::retention::show)),
        (POST, "/m/{mechanism}/retention", SignedIn, post(pages::register::retention::decide)),
        (GET, "/m/{mechanism}/plans", SignedIn, get(pages::plans::show)),
        (GET, "/reviews", SignedIn, get(pages::rounds::review::own)),
        (GET, "/m/{mechanism}/balances", SignedIn, get(pages::ledger::show)),
        (GET, "/m/{mechanism}/balances/table.xlsx", SignedIn, get(pages::ledger::workbook)),
        (GET, "/m/{mechanism}/links", SignedIn, get(pages::links::show)),
        (GET, "/m/{mechanism}/links/table.xlsx", SignedIn, get(pages::links::workbook)),
        (GET, "/m/{mechanism}/series", SignedIn, get(pages::dispatch::series::show)),
        (GET, "/m/{mechanism}/series/table.xlsx", SignedIn, get(pages::dispatch::series::workbook)),
        (GET, "/receipts", SignedIn, get(pages::dispatch::tray)),
        (GET, "/m/{mechanism}/about", SignedIn, get(pages::mechanism::show)),
    ]
}

fn figures() -> Vec<Line> {
    use Who::SignedIn;
    vec![
        (GET, "/figures", SignedIn, get(pages::figures::all)),
        (GET, "/m/{mechanism}/figures", SignedIn, get(pages::figures::of_mechanism)),
        (GET, "/m/{mechanism}/figures/{figure}", SignedIn, get(pages::figures::one::show)),
        (GET, "/m/{mechanism}/figures/{figure}/known", SignedIn, get(pages::figures::known::show)),
        (GET, "/m/{mechanism}/figures/{figure}/people", SignedIn, get(pages::figures::people::show)),
        (GET, "/m/{mechanism}/figures/{figure}/parts", SignedIn, get(pages::figures::pivot::show)),
        (GET, "/m/{mechanism}/figures/{figure}/parts/{form}", SignedIn, get(pages::figures::pivot::take)),
        (GET, "/m/{mechanism}/figures/{figure}/{form}", SignedIn, get(pages::figures::one::take)),
        (GET, "/figures/own", SignedIn, get(pages::figures::own::all)),
        (POST, "/figures/own", SignedIn, post(pages::figures::own::add)),
        (GET, "/figures/own/new", SignedIn, get(pages::figures::own::new)),
        (GET, "/figures/own/{mechanism}/{figure}", SignedIn, get(pages::figures::own::show)),
        (POST, "/figures/own/{mechanism}/{figure}", SignedIn, post(pages::figures::own::change)),
        (POST, "/figures/own/{mechanism}/{figure}/removal", SignedIn, post(pages::figures::own::remove)),
        (GET, "/figures/own/{mechanism}/{figure}/kdl", SignedIn, get(pages::figures::own::take)),
        (GET, "/figures/imports", SignedIn, get(pages::figures::target_book::show)),
        (POST, "/figures/imports", SignedIn, post(pages::figures::target_book::upload)),
        (GET, "/figures/imports/targets.xlsx", SignedIn, get(pages::figures::target_book::export)),
        (GET, "/figures/imports/{upload}", SignedIn, get(pages::figures::target_book::trial)),
        (POST, "/figures/imports/{upload}/taking", SignedIn, post(pages::figures::target_book::take_in)),
        (GET, "/figures/seals", SignedIn, get(pages::figures::seals::show)),
        (POST, "/figures/seals", SignedIn, post(pages::figures::seals::submit)),
        (POST, "/figures/seals/decisions", SignedIn, post(pages::figures::seals::decide)),
        (GET, "/figures/seals/{seal}", SignedIn, get(pages::figures::seals::one)),
        (POST, "/figures/seals/{seal}/exceptions", SignedIn, post(pages::figures::seals::except)),
        (POST, "/m/{mechanism}/figures/{figure}/targets", SignedIn, post(pages::figures::one::set_target)),
        (POST, "/figures/targets/{target}/end", SignedIn, post(pages::figures::one::end_target)),
        (GET, "/api/v1/figures", SignedIn, get(api::figures::all)),
        (GET, "/api/v1/mechanisms/{mechanism}/figures", SignedIn, get(api::figures::of_mechanism)),
        (GET, "/api/v1/mechanisms/{mechanism}/figures/{figure}", SignedIn, get(api::figures::one)),
        (GET, "/api/v1/mechanisms/{mechanism}/figures/{figure}/people", SignedIn, get(api::figures::people)),
        (GET, "/api/v1/mechanisms/{mechanism}/figures/{figure}/parts", SignedIn, get(api::figures::parts)),
    ]
}

fn imports() -> Vec<Line> {
    use Who::SignedIn;
    vec![
        (GET, "/m/{mechanism}/workbooks", SignedIn, get(pages::statements::show)),
        (POST, "/m/{mechanism}/workbooks", SignedIn, post(pages::statements::upload)),
        (GET, "/m/{mechanism}/workbooks/{upload}", SignedIn, get(pages::statements::trial)),
        (POST, "/m/{mechanism}/workbooks/{upload}/taking", SignedIn, post(pages::statements::take)),
        (GET, "/m/{mechanism}/imports", SignedIn, get(pages::imports::show)),
        (POST, "/m/{mechanism}/imports", SignedIn, post(pages::imports::upload)),
        (GET, "/m/{mechanism}/imports/template.xlsx", SignedIn, get(pages::imports::template)),
        (GET, "/m/{mechanism}/imports/{upload}", SignedIn, get(pages::imports::trial::show)),
        (POST, "/m/{mechanism}/imports/{upload}/mapping", SignedIn, post(pages::imports::trial::remap)),
        (POST, "/m/{mechanism}/imports/{upload}/taking", SignedIn, post(pages::imports::trial::take_in)),
        (GET, "/m/{mechanism}/imports/{upload}/marked.xlsx", SignedIn, get(pages::imports::trial::marked)),
        (POST, "/m/{mechanism}/batches/{batch}/undo", SignedIn, post(pages::imports::undo)),
        (GET, "/m/{mechanism}/export.xlsx", SignedIn, get(pages::imports::export)),
    ]
}

fn people() -> Vec<Line> {
    use Who::SignedIn;
    vec![
        (GET, "/choose/people", SignedIn, get(pages::people::choosing::show)),
        (GET, "/people", SignedIn, get(pages::people::list::show)),
        (GET, "/people/export.xlsx", SignedIn, get(pages::people::list::export)),
        (POST, "/people/exports", SignedIn, post(pages::people::list::export_in_full)),
        (POST, "/people/found", SignedIn, post(pages::people::list::found)),
        (GET, "/people/line-up", SignedIn, get(pages::people::line_up::show)),
        (GET, "/people/duplicates", SignedIn, get(pages::people::duplicates::show)),
        (POST, "/people/apart", SignedIn, post(pages::people::duplicates::keep_apart)),
        (POST, "/people/merges", SignedIn, post(pages::people::duplicates::merge)),
        (POST, "/people/merges/{merge}/undo", SignedIn, post(pages::people::duplicates::undo)),
        (GET, "/people/{person}", SignedIn, get(pages::people::show)),
        (POST, "/people/{person}/file", SignedIn, post(pages::people::open_file)),
    ]
}

fn records() -> Vec<Line> {
    use Who::SignedIn;
    vec![
        (GET, "/records/{record}", SignedIn, get(pages::record::show)),
        (GET, "/records/{record}/calendar.ics", SignedIn, get(pages::calendars::of_record)),
        (POST, "/records/{record}/following", SignedIn, post(pages::following::change)),
        (GET, "/records/{record}/attendance", SignedIn, get(pages::attendance::show)),
        (POST, "/records/{record}/attendance", SignedIn, post(pages::attendance::note)),
        (GET, "/records/{record}/attendance/code", SignedIn, get(pages::attendance::wall::show)),
        (GET, "/records/{record}/account", SignedIn, get(pages::ledger::account::show)),
        (POST, "/records/{record}/account", SignedIn, post(pages::ledger::account::post)),
        (POST, "/records/{record}/account/reversals", SignedIn, post(pages::ledger::account::reverse)),
        (GET, "/records/{record}/assessment", SignedIn, get(pages::assessments::show)),
        (GET, "/records/{record}/assessment/table.xlsx", SignedIn, get(pages::assessments::workbook)),
        (GET, "/records/{record}/assessment/units/{unit}", SignedIn, get(pages::assessments::sheet::show)),
        (GET, "/records/{record}/report", SignedIn, get(pages::reports::show)),
        (GET, "/records/{record}/extracts/{extract}", SignedIn, get(pages::files::extract)),
        (GET, "/records/{record}/report.docx", SignedIn, get(pages::reports::docx)),
        (GET, "/records/{record}/report.pdf", SignedIn, get(pages::reports::pdf)),
        (GET, "/records/{record}/assessment/scheme.xlsx", SignedIn, get(pages::assessments::book::workbook)),
        (POST, "/records/{record}/assessment/scheme", SignedIn, post(pages::assessments::book::take_in)),
        (POST, "/records/{record}/assessment/letters", SignedIn, post(pages::assessments::letter)),
        (GET, "/records/{record}/round", SignedIn, get(pages::rounds::show)),
        (POST, "/records/{record}/round/reviewers", SignedIn, post(pages::rounds::assign)),
        (POST, "/records/{record}/round/conclusions", SignedIn, post(pages::rounds::settle)),
        (GET, "/records/{record}/review", SignedIn, get(pages::rounds::review::show)),
        (POST, "/records/{record}/review", SignedIn, post(pages::rounds::review::say)),
        (POST, "/records/{record}/review/recusals", SignedIn, post(pages::rounds::review::recuse)),
        (GET, "/records/{record}/ballot", SignedIn, get(pages::ballots::show)),
        (POST, "/records/{record}/ballot/voters", SignedIn, post(pages::ballots::admit::change)),
        (POST, "/records/{record}/ballot/word", SignedIn, post(pages::ballots::admit::draw)),
        (POST, "/records/{record}/ballot/count", SignedIn, post(pages::ballots::admit::count)),
        (GET, "/records/{record}/ballot/sheets", SignedIn, get(pages::ballots::sheets::show)),
        (POST, "/records/{record}/ballot/sheets", SignedIn, post(pages::ballots::sheets::keep)),
        (GET, "/records/{record}/vote", SignedIn, get(pages::ballots::vote::by_account)),
        (POST, "/records/{record}/vote", SignedIn, post(pages::ballots::vote::take_by_account)),
        (POST, "/records/{record}/receipts", SignedIn, post(pages::dispatch::receive)),
        (POST, "/records/{record}/receipts/urging", SignedIn, post(pages::dispatch::urge)),
        (GET, "/records/{record}/then", SignedIn, get(pages::record::then::show)),
        (POST, "/records/{record}/steps/{step}", SignedIn, post(pages::record::step::take)),
        (POST, "/records/{record}/reveals", SignedIn, post(pages::record::reveal::reveal)),
        (GET, "/files/{file}", SignedIn, get(pages::files::file)),
        (GET, "/files/{file}/text", SignedIn, get(pages::files::text)),
        (GET, "/papers/{paper}", SignedIn, get(pages::files::paper)),
    ]
}

fn administration() -> Vec<Line> {
    const SYSTEM: Who = Who::Administrator(&[Administers::System]);
    const EITHER: Who = Who::Administrator(&[Administers::System, Administers::Audit]);
    vec![
        (GET, "/admin", SYSTEM, get(pages::admin::show)),
        (POST, "/admin/calendar", SYSTEM, post(pages::admin::calendar)),
        (GET, "/admin/offerings", SYSTEM, get(pages::offerings::all)),
        (GET, "/admin/seals", EITHER, get(pages::seals::show)),
        (GET, "/admin/seals/export.txt", EITHER, get(pages::seals::export)),
        (GET, "/admin/sending", SYSTEM, get(pages::admin::sending::show)),
        (POST, "/admin/sending/ways", SYSTEM, post(pages::admin::sending::set_ways)),
        (POST, "/admin/receivers", SYSTEM, post(pages::admin::sending::register)),
        (POST, "/admin/receivers/{receiver}/turn", SYSTEM, post(pages::admin::sending::turn)),
        (POST, "/admin/receivers/{receiver}/end", SYSTEM, post(pages::admin::sending::end)),
        (POST, "/admin/mail", SYSTEM, post(pages::admin::sending::set_mail)),
        (POST, "/admin/mail/trial", SYSTEM, post(pages::admin::sending::try_mail)),
        (GET, "/admin/deliveries", SYSTEM, get(pages::admin::deliveries::show)),
        (POST, "/admin/deliveries/again", SYSTEM, post(pages::admin::deliveries::try_all_again)),
        (POST, "/admin/deliveries/{delivery}/again", SYSTEM, post(pages::admin::deliveries::try_again)),
        (POST, "/admin/deliveries/{delivery}/giving-up", SYSTEM, post(pages::admin::deliveries::give_up)),
        (GET, "/metrics", SYSTEM, get(pages::health::metrics)),
    ]
}

fn authority() -> Vec<Line> {
    use Who::SignedIn;
    const SECURITY: Who = Who::Administrator(&[Administers::Security]);
    const AUDIT: Who = Who::Administrator(&[Administers::Audit]);
    vec![
        (GET, "/grants", SignedIn, get(pages::grants::show)),
        (POST, "/grants", SignedIn, post(pages::grants::give::give)),
        (GET, "/grants/new", SignedIn, get(pages::grants::give::show)),
        (GET, "/grants/review", SignedIn, get(pages::grants::review::show)),
        (POST, "/grants/review", SignedIn, post(pages::grants::review::keep)),
        (GET, "/grants/{grant}", SignedIn, get(pages::grants::one::show)),
        (POST, "/grants/{grant}/end", SignedIn, post(pages::grants::one::end)),
        (GET, "/explain", SignedIn, get(pages::explain::show)),
        (GET, "/records/{record}/seers", SignedIn, get(pages::explain::seers)),
        (GET, "/me", SignedIn, get(pages::my_file::show)),
        (POST, "/me/correction", SignedIn, post(pages::my_file::ask)),
        (GET, "/audit", AUDIT, get(pages::audit::show)),
        (GET, "/audit/denials", AUDIT, get(pages::audit::denials)),
        (GET, "/audit/export.xlsx", AUDIT, get(pages::audit::export)),
        (GET, "/hand-over", SECURITY, get(pages::hand_over::choose)),
        (GET, "/hand-over/{person}", SECURITY, get(pages::hand_over::show)),
        (POST, "/hand-over/{person}", SECURITY, post(pages::hand_over::give)),
        (POST, "/hand-over/{person}/{hand_over}/undo", SECURITY, post(pages::hand_over::undo)),
        (GET, "/admin/accounts", SECURITY, get(pages::admin::accounts::show)),
        (POST, "/admin/accounts", SECURITY, post(pages::admin::accounts::make)),
        (GET, "/admin/accounts/new", SECURITY, get(pages::admin::accounts::new)),
        (GET, "/admin/accounts/{account}", SECURITY, get(pages::admin::accounts::one)),
        (POST, "/admin/accounts/{account}/password", SECURITY, post(pages::admin::accounts::reset_password)),
        (POST, "/admin/accounts/{account}/opening", SECURITY, post(pages::admin::accounts::open_again)),
        (POST, "/admin/accounts/{account}/unlock", SECURITY, post(pages::admin::accounts::unlock)),
        (POST, "/admin/accounts/{account}/end", SECURITY, post(pages::admin::accounts::end)),
        (POST, "/admin/accounts/{account}/second-factor", SECURITY, post(pages::admin::accounts::reset_second_factor)),
    ]
}

fn machines() -> Vec<Line> {
    use Who::SignedIn;
    const SECURITY: Who = Who::Administrator(&[Administers::Security]);
    const SYSTEM: Who = Who::Administrator(&[Administers::System]);
    vec![
        (GET, "/api/openapi.json", SignedIn, get(api::openapi::show)),
        (GET, "/api/v1/mechanisms", SignedIn, get(api::mechanisms::list)),
        (GET, "/api/v1/mechanisms/{mechanism}", SignedIn, get(api::mechanisms::show)),
        (GET, "/api/v1/mechanisms/{mechanism}/records", SignedIn, get(api::registers::list)),
        (POST, "/api/v1/mechanisms/{mechanism}/records", SignedIn, post(api::records::start)),
        (POST, "/api/v1/mechanisms/{mechanism}/steps/{step}", SignedIn, post(api::registers::take)),
        (GET, "/api/v1/mechanisms/{mechanism}/retention", SignedIn, get(api::retention::list)),
        (POST, "/api/v1/mechanisms/{mechanism}/retention", SignedIn, post(api::retention::decide)),
        (GET, "/api/v1/mechanisms/{mechanism}/balances", SignedIn, get(api::ledgers::all)),
        (GET, "/api/v1/records/{record}/report", SignedIn, get(api::reports::show)),
        (GET, "/api/v1/records/{record}/assessment", SignedIn, get(api::assessments::show)),
        (GET, "/api/v1/mechanisms/{mechanism}/links", SignedIn, get(api::links::list)),
        (GET, "/api/v1/records/{record}/account", SignedIn, get(api::ledgers::one)),
        (POST, "/api/v1/records/{record}/account", SignedIn, post(api::ledgers::post)),
        (POST, "/api/v1/records/{record}/account/reversals", SignedIn, post(api::ledgers::reverse)),
        (GET, "/api/v1/mechanisms/{mechanism}/series", SignedIn, get(api::dispatch::series)),
        (GET, "/api/v1/receipts", SignedIn, get(api::dispatch::tray)),
        (GET, "/api/v1/records/{record}/receipts", SignedIn, get(api::dispatch::of_record)),
        (POST, "/api/v1/records/{record}/receipts", SignedIn, post(api::dispatch::receive)),
        (GET, "/api/v1/following", SignedIn, get(api::sending::following)),
        (POST, "/api/v1/records/{record}/following", SignedIn, post(api::sending::follow)),
        (GET, "/api/v1/deliveries", SYSTEM, get(api::sending::deliveries)),
        (GET, "/api/v1/records/{record}", SignedIn, get(api::records::show)),
        (POST, "/api/v1/records/{record}/steps/{step}", SignedIn, post(api::records::take)),
        (GET, "/api/v1/records/{record}/attendance", SignedIn, get(api::attendance::show)),
        (POST, "/api/v1/records/{record}/attendance", SignedIn, post(api::attendance::note)),
        (GET, "/api/v1/people/{person}/hand-over", SECURITY, get(api::hand_over::show)),
        (POST, "/api/v1/people/{person}/hand-over", SECURITY, post(api::hand_over::give)),
        (POST, "/api/v1/people/{person}/hand-over/{hand_over}/undo", SECURITY, post(api::hand_over::undo)),
        (GET, "/api/v1/stand-ins", SignedIn, get(api::stand_ins::list)),
        (POST, "/api/v1/stand-ins", SignedIn, post(api::stand_ins::give)),
        (POST, "/api/v1/stand-ins/{stand_in}/end", SignedIn, post(api::stand_ins::end)),
        (POST, "/api/v1/records/{record}/reveals", SignedIn, post(api::records::reveal)),
        (POST, "/api/v1/files", SignedIn, post(api::records::upload)),
    ]
}

/// Who may come to an address; what is not in the table is for nobody but whoever reads that it is not there.
pub(crate) fn who_may(method: &Method, pattern: &str) -> Who {
    static WHO: OnceLock<HashMap<(&'static str, &'static str), Who>> = OnceLock::new();
    let all = WHO.get_or_init(|| table().into_iter().map(|line| ((line.method, line.path), line.who)).collect());
    let method = if method == Method::HEAD { GET } else { method.as_str() };
    all.get(&(method, pattern)).copied().unwrap_or(Who::SignedIn)
}

/// The pages and the API, ready to be served.
pub fn router(office: Arc<Office>, clock: Arc<dyn WallClock + Send + Sync>, options: WebOptions) -> Router {
    let site = Arc::new(Site {
        office,
        clock,
        options,
        look: Look::embedded(),
        counters: Counters::default(),
        rates: Rates::default(),
    });
    let mut router = Router::new();
    for (_, path, _, answers) in lines() {
        router = router.route(path, answers);
    }
    router
        .fallback(async || Failure::not_found())
        .method_not_allowed_fallback(async || Failure::not_found())
        .layer(DefaultBodyLimit::max(LARGEST_WITH_FILES))
        .layer(CatchPanicLayer::custom(watch::after_panic))
        .layer(from_fn_with_state(site.clone(), entrance::enter))
        .layer(from_fn_with_state(site, watch::watch))
        .layer(CompressionLayer::new().gzip(true))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_stands_twice() {
        let mut seen = std::collections::HashSet::new();
        for line in table() {
            assert!(seen.insert((line.method, line.path)), "{} {}", line.method, line.path);
        }
    }

    #[test]
    fn reading_the_head_of_a_page_asks_for_the_same_right() {
        assert_eq!(who_may(&Method::HEAD, "/sign-in"), Who::Public);
        assert_eq!(who_may(&Method::GET, "/admin"), Who::Administrator(&[Administers::System]));
        assert_eq!(who_may(&Method::DELETE, "/sign-in"), Who::SignedIn);
    }
}

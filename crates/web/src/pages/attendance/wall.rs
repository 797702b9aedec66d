//! The code on the wall: what people hold their telephones at.
//!
//! Never a code that stays: the page comes anew each minute, and what was photographed is soon worth nothing.

use app::commands::attendance::code;
use axum::http::header::{HOST, REFRESH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use kernel::ids::RecordId;
use maud::html;

use crate::answer;
use crate::error::Failure;
use crate::parts::qr::qr;
use crate::parts::shell::gate;
use crate::urls;
use crate::visitor::{At, Visitor};

/// `GET /records/{record}/attendance/code`.
pub(crate) async fn show(visitor: Visitor, At(id): At<RecordId>, headers: HeaderMap) -> Result<Response, Failure> {
    let code = code::code(&visitor.ctx, id).await?;
    let site = &visitor.guest.site;
    let scheme = if site.options.secure_cookies { "https" } else { "http" };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let address = format!("{scheme}://{host}{}", urls::attend(&code.text));
    let (expected, came) = code.counts;
    let content = html! {
        section.card.at-door {
            h1 { (code.title) }
            a.qr href=(urls::attend(&code.text)) title="打开签到页" { (qr(&address)) }
            p { "用手机扫码签到。已经登录的直接签到；没有登录的，填姓名和手机号或身份证号后四位。" }
            p.come { @if expected > 0 { "应到 " b { (expected) } " 人，" } "已签到 " b { (came) } " 人" }
            p.hint { "签到码每分钟更新，拍下来的五分钟后失效。" a href=(urls::attendance(id)) { "回到名单" } }
        }
    };
    let mut response = answer::page(StatusCode::OK, gate("签到码", &site.name(), &site.look.assets, content));
    let seconds = (code::SHOWN_MS / 1_000).to_string();
    if let Ok(value) = HeaderValue::from_str(&seconds) {
        response.headers_mut().insert(REFRESH, value);
    }
    Ok(response)
}

//! Does it work where people sit: in a browser, with script, by clicking? And on a phone?
//!
//! Runs when `BROWSER_STORIES=1` (as `cargo xtask test` sets it); pictures lie in `screenshots/` afterwards.
//! Never passes while a page writes an error to the console.

mod driver;
mod glass;
mod window;
mod at_the_door;
mod six_points;
mod twelve;
mod on_a_phone;

pub(crate) use glass::{Glass, Seen};
use window::Window;

use crate::harness::Office;

/// Are browser stories wanted?
#[expect(clippy::disallowed_methods, reason = "whether there is a browser is a setting of the test run")]
fn is_wanted() -> bool {
    std::env::var("BROWSER_STORIES").is_ok_and(|it| it == "1")
}

/// The address of an office that listens on a port of its own.
async fn served(office: &Office) -> String {
    serve(office.door_to_serve()).await
}

async fn serve(router: axum::Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("it has an address"));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

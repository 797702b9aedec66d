//! Does the house do what it promises? Stories in which people are clients, sweeps over every route, ratchets that only
//! tighten, and the same through a real browser.
//!
//! Everything goes through the door: an in-process router and a real database.
//! Never a mock, a sleep or a port (but for the browser).

#[cfg(test)]
mod harness;
#[cfg(test)]
mod world;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod sweeps;
#[cfg(test)]
mod ratchets;
#[cfg(test)]
mod browser;

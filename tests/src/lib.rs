//! Does the house do what it promises? Stories in which people are clients, sweeps over every route, ratchets that only
//! tighten, and the same through a real browser.
//!
//! Everything goes through the door: an in-process router and a real database.
//! Never a mock or a sleep, and no port but for the browser and for those who listen outside.

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

//! Does it hold everywhere? Every route for nobody, for everybody, for the wrong role; every page rendered.
//!
//! Never a route left out: the sweep walks the table that the router is built from.

pub(crate) mod addresses;
mod nobody;
mod everybody;
mod rights;
mod wrong_hands;
mod same_sight;
mod weight;

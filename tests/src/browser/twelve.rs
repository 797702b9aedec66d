//! The mechanisms that are hardest on a kernel, walked in a browser's window by the very stories that are told in process.
//!
//! Never a story of its own: what holds there holds here, and the pages with their scripts besides.

use super::{Glass, is_wanted};
use crate::harness::Office;
use crate::stories::{
    appeals, asking_once, assessing_year, attending, balloting, challenges, dispatching, ledgers, linking,
    linking_more, public_door, rounds, rounds_with_places, spending, subsidies,
};

macro_rules! walked {
    ($($name:ident: $office:expr, $story:path;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            if is_wanted() {
                let office = $office;
                let glass = Glass::into(&office).await;
                $story(&office).await;
                glass.closes().await;
            }
        }
    )*};
}

walked! {
    challenges_taken_up: Office::open().await, challenges::taken_up;
    appeals_ruled_on: Office::open().await, appeals::ruled_on;
    public_door_from_outside: public_door::opened().await, public_door::from_outside;
    attending_on_the_list: Office::open().await, attending::on_the_list;
    linking_mentors: Office::open().await, linking::mentors;
    linking_ended: Office::open().await, linking::ended;
    linking_more_mixed: Office::open().await, linking_more::mixed;
    linking_more_posted: Office::open().await, linking_more::posted;
    linking_more_on_a_trip: Office::open().await, linking_more::on_a_trip;
    linking_more_handed_in: Office::open().await, linking_more::handed_in;
    balloting_voted: Office::open().await, balloting::voted;
    rounds_rated: Office::open().await, rounds::rated;
    rounds_with_places_set_up: Office::open().await, rounds_with_places::set_up;
    ledgers_held_to_the_ceiling: Office::open().await, ledgers::held_to_the_ceiling;
    ledgers_drawn_on: Office::open().await, ledgers::drawn_on;
    assessing_year_assessed: Office::open().await, assessing_year::assessed;
    assessing_year_written_to: Office::open().await, assessing_year::written_to;
    dispatching_dispatched: Office::open().await, dispatching::dispatched;
    spending_workbook: Office::open().await, spending::workbook;
    spending_scored: Office::open().await, spending::scored;
    subsidies_claimed_and_paid: subsidies::opened().await, subsidies::claimed_and_paid;
    asking_once_filled_in: Office::open().await, asking_once::filled_in;
}

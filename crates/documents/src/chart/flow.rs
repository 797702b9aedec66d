//! How does a record go from state to state? A drawing of the way, left to right, wrapped to fit a phone.
//!
//! A step to the next state in the line is an arrow between the two; any other step runs along a track of its own
//! below the line, so that no two labels share a place. A step that stays is written inside its state.
//! Never decides what is possible: states and steps come from the definition.

use super::svg::{Anchor, Drawing, INK, PALE_INK, shorten, text_width};

const BOX: (f64, f64) = (100.0, 38.0);
const GAP: f64 = 74.0;
const COLUMNS: usize = 3;
const MARGIN: f64 = 14.0;
const TRACK: f64 = 20.0;
const STAY: f64 = 15.0;
const ARROW: &str = "#51565d";

/// What kind of state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StateKind {
    /// Where a record begins.
    Initial,
    /// On the way.
    Middle,
    /// Where a record ends.
    Final,
}

/// A state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct State {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What kind.
    pub kind: StateKind,
    /// Is the record at hand there?
    pub current: bool,
}

/// A step from one state to another, or staying where it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// The id of the state that it leaves.
    pub from: String,
    /// The id of the state that it leads to.
    pub to: String,
}

/// A step whose ends have been found: places in the list of states.
struct Edge<'a> {
    name: &'a str,
    from: usize,
    to: usize,
    /// Its track in the channel below the line of `from`, and in the channel where it arrives.
    tracks: (usize, usize),
    /// Its numbers among those that go up or down in the same column of the same channel.
    ports: (usize, usize),
}

/// Draws the way of a record. Steps whose states are not there are left out.
pub fn flow(title: &str, states: &[State], steps: &[Step]) -> String {
    let states = &states[..states.len().min(60)];
    let find = |id: &str| states.iter().position(|state| state.id == id);
    let found =
        steps.iter().take(200).filter_map(|step| Some((step.name.as_str(), find(&step.from)?, find(&step.to)?)));
    let (stays, moves): (Vec<_>, Vec<_>) = found.partition(|(_, from, to)| from == to);
    let (straight, around): (Vec<_>, Vec<_>) =
        moves.into_iter().partition(|(_, from, to)| *to == from + 1 && to % COLUMNS != 0);
    let stays: Vec<Vec<&str>> = (0..states.len())
        .map(|at| stays.iter().filter(|(_, from, _)| *from == at).map(|(name, ..)| *name).collect())
        .collect();
    let plan = Plan::new(&stays, &around);
    let mut drawing = Drawing::new(plan.width(states.len()), plan.height, "flow", title);
    for edge in &plan.edges {
        plan.draw_around(&mut drawing, edge);
    }
    for at in 0..states.len() {
        let names: Vec<&str> = straight.iter().filter(|(_, from, _)| *from == at).map(|(name, ..)| *name).collect();
        if !names.is_empty() {
            plan.draw_straight(&mut drawing, at, &names);
        }
    }
    for (at, state) in states.iter().enumerate() {
        draw_state(&mut drawing, plan.corner(at), plan.rows[at / COLUMNS].1, state, &stays[at]);
    }
    drawing.finish()
}

/// Where everything goes.
struct Plan<'a> {
    /// Upper edge and height of the boxes of each line.
    rows: Vec<(f64, f64)>,
    edges: Vec<Edge<'a>>,
    height: f64,
}

impl<'a> Plan<'a> {
    /// Gives each step that goes around its tracks and each line its place.
    fn new(stays: &[Vec<&str>], around: &[(&'a str, usize, usize)]) -> Self {
        let count = stays.len().div_ceil(COLUMNS);
        let mut tracks = vec![0usize; count];
        let mut ports = vec![0usize; (count + 1) * COLUMNS];
        let mut port = |at: usize| {
            ports[at] += 1;
            ports[at] - 1
        };
        let edges: Vec<Edge<'a>> = around
            .iter()
            .map(|(name, from, to)| {
                let (leaves, arrives) = (from / COLUMNS, channel(*from, *to));
                let first = tracks[leaves];
                tracks[leaves] += 1;
                let second = if arrives == leaves {
                    first
                } else {
                    tracks[arrives] += 1;
                    tracks[arrives] - 1
                };
                let ports = (port(leaves * COLUMNS + from % COLUMNS), port(arrives * COLUMNS + to % COLUMNS));
                Edge { name, from: *from, to: *to, tracks: (first, second), ports }
            })
            .collect();
        let mut rows = Vec::with_capacity(count);
        let mut y = MARGIN + 8.0;
        for (row, tracks) in tracks.into_iter().enumerate() {
            let most =
                stays.iter().skip(row * COLUMNS).take(COLUMNS).map(|names| names.len().min(3)).max().unwrap_or(0);
            let high = BOX.1 + STAY * most as f64;
            rows.push((y, high));
            y += high + 24.0 + TRACK * tracks as f64;
        }
        Self { rows, edges, height: y.max(40.0) }
    }

    /// The width of the sheet.
    fn width(&self, states: usize) -> f64 {
        let columns = states.clamp(1, COLUMNS) as f64;
        MARGIN * 2.0 + BOX.0 * columns + GAP * (columns - 1.0)
    }

    /// The upper left corner of a state.
    fn corner(&self, at: usize) -> (f64, f64) {
        (MARGIN + (BOX.0 + GAP) * (at % COLUMNS) as f64, self.rows[at / COLUMNS].0)
    }

    /// The height of a track below a line.
    fn track(&self, row: usize, track: usize) -> f64 {
        self.rows[row].0 + self.rows[row].1 + 20.0 + TRACK * track as f64
    }

    /// An arrow to the neighbour, with the names of its steps above and below.
    fn draw_straight(&self, drawing: &mut Drawing, at: usize, names: &[&str]) {
        let (x, y) = self.corner(at);
        let (from, to) = ((x + BOX.0, y + BOX.1 / 2.0), (x + BOX.0 + GAP, y + BOX.1 / 2.0));
        drawing.datum(&names.join("、"), None, |drawing| {
            drawing.polyline("step", &[from, (to.0 - 6.0, to.1)], ARROW, 1.4);
            arrow_head(drawing, to, (1.0, 0.0));
            for (which, name) in names.iter().take(2).enumerate() {
                let below = if which == 0 { -5.0 } else { 14.0 };
                let label = if which == 1 && names.len() > 2 { format!("{name}等") } else { (*name).to_owned() };
                let middle = (f64::midpoint(from.0, to.0) - 2.0, from.1 + below);
                drawing.text("step-label", middle, Anchor::Middle, INK, &shorten(&label, 12.0, GAP - 4.0));
            }
        });
    }

    /// A line along its track, with the name of its step on it.
    fn draw_around(&self, drawing: &mut Drawing, edge: &Edge<'_>) {
        let (from_row, to_row) = (edge.from / COLUMNS, edge.to / COLUMNS);
        let arrives = channel(edge.from, edge.to);
        let upper = arrives < to_row;
        let spread = |port: usize| [0.0, 14.0, -14.0, 28.0, -28.0, 40.0, -40.0][port % 7];
        let ((from_x, from_y), (to_x, to_y)) = (self.corner(edge.from), self.corner(edge.to));
        let out = (from_x + BOX.0 / 2.0 + spread(edge.ports.0), from_y + self.rows[from_row].1);
        let end = (to_x + BOX.0 / 2.0 + spread(edge.ports.1), if upper { to_y } else { to_y + self.rows[to_row].1 });
        let track = self.track(from_row, edge.tracks.0);
        let mut points = vec![out, (out.0, track)];
        if arrives != from_row {
            // Down or up between the columns, a little beside the middle for each track.
            let lane = if edge.to.is_multiple_of(COLUMNS) { MARGIN / 2.0 } else { to_x - GAP / 2.0 }
                + 3.0 * (edge.tracks.1 % 4) as f64;
            let second = self.track(arrives, edge.tracks.1);
            points.extend([(lane, track), (lane, second), (end.0, second)]);
        } else {
            points.push((end.0, track));
        }
        let ends = if upper { -6.0 } else { 6.0 };
        points.push((end.0, end.1 + ends));
        let (left, right) = (points[1].0.min(points[2].0), points[1].0.max(points[2].0));
        drawing.datum(edge.name, None, |drawing| {
            drawing.polyline("step", &points, ARROW, 1.2);
            arrow_head(drawing, end, (0.0, if upper { 1.0 } else { -1.0 }));
            let label = shorten(edge.name, 12.0, GAP);
            let wide = text_width(&label, 12.0);
            let x = label_place(out.0, left, right, wide)
                .clamp(wide / 2.0 + 4.0, (self.width(COLUMNS) - wide / 2.0 - 4.0).max(wide / 2.0 + 4.0));
            drawing.rect("step-ground", (x - wide / 2.0 - 3.0, track - 8.0), (wide + 6.0, 15.0), "#ffffff");
            drawing.text("step-label", (x, track + 4.0), Anchor::Middle, INK, &label);
        });
    }
}

/// The middle of a label on the track between `left` and `right`: in the gap between two columns that is nearest to
/// where the step sets out, since nothing comes down there; beside the line if the track is too short.
fn label_place(out: f64, left: f64, right: f64, wide: f64) -> f64 {
    let gap = |column: usize| MARGIN + (BOX.0 + GAP) * (column as f64 + 1.0) - GAP / 2.0;
    let gaps = (0..COLUMNS - 1).map(gap).filter(|x| left + 8.0 < *x && *x < right - 8.0);
    gaps.min_by(|a, b| (a - out).abs().total_cmp(&(b - out).abs())).unwrap_or_else(|| {
        if right - left > wide + 12.0 { f64::midpoint(left, right) } else { right + wide / 2.0 + 6.0 }
    })
}

/// The line below which a step arrives: below its own if the end lies in it, above the end if that lies further down.
fn channel(from: usize, to: usize) -> usize {
    let (from_row, to_row) = (from / COLUMNS, to / COLUMNS);
    if to_row > from_row { to_row - 1 } else { to_row }
}

/// The head of an arrow that points this way.
fn arrow_head(drawing: &mut Drawing, tip: (f64, f64), way: (f64, f64)) {
    let back = (tip.0 - way.0 * 8.0, tip.1 - way.1 * 8.0);
    let side = (way.1 * 4.0, way.0 * 4.0);
    drawing.polygon("step-head", &[tip, (back.0 + side.0, back.1 + side.1), (back.0 - side.0, back.1 - side.1)], ARROW);
}

/// A state with its name and the steps that stay in it.
fn draw_state(drawing: &mut Drawing, corner: (f64, f64), high: f64, state: &State, stays: &[&str]) {
    let (fill, edge) = match (state.current, state.kind) {
        (true, _) => ("#fbeeee", "#b4232a"),
        (_, StateKind::Final) => ("#eaf5ee", "#1f7a3d"),
        _ => ("#ffffff", "#868c94"),
    };
    let class = match state.kind {
        StateKind::Initial => "state initial",
        StateKind::Middle => "state",
        StateKind::Final => "state final",
    };
    let class = if state.current { format!("{class} current") } else { class.to_owned() };
    drawing.datum(&state.name, None, |drawing| {
        drawing.frame(&class, corner, (BOX.0, high), fill, edge);
        if state.kind == StateKind::Final {
            drawing.frame("state-inner", (corner.0 + 3.0, corner.1 + 3.0), (BOX.0 - 6.0, high - 6.0), "none", edge);
        }
        if state.kind == StateKind::Initial {
            drawing.dot("state-start", (corner.0 + 10.0, corner.1 + BOX.1 / 2.0), 4.0, INK);
        }
        let room = if state.kind == StateKind::Initial { BOX.0 - 24.0 } else { BOX.0 - 10.0 };
        let shift = if state.kind == StateKind::Initial { 6.0 } else { 0.0 };
        let middle = corner.0 + BOX.0 / 2.0 + shift;
        drawing.text(
            "state-name",
            (middle, corner.1 + BOX.1 / 2.0 + 4.0),
            Anchor::Middle,
            INK,
            &shorten(&state.name, 12.0, room),
        );
        for (which, name) in stays.iter().take(3).enumerate() {
            let more = if which == 2 && stays.len() > 3 { "等" } else { "" };
            let words = shorten(&format!("↻ {name}{more}"), 11.0, BOX.0 - 10.0);
            drawing.text(
                "stay",
                (corner.0 + BOX.0 / 2.0, corner.1 + BOX.1 + 6.0 + STAY * which as f64),
                Anchor::Middle,
                PALE_INK,
                &words,
            );
        }
    });
}

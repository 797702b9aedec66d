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
    /// Its places among those that leave or reach a box in the same column of the same channel.
    ports: (Place, Place),
    /// Its place among those that go up or down to the left of the same column; none if it arrives where it leaves.
    lane: Option<Place>,
}

/// One of several that stand side by side.
#[derive(Clone, Copy)]
struct Place {
    /// Where they stand together.
    slot: usize,
    /// Which of them it is, from 0.
    number: usize,
}

/// How many stand together, slot by slot.
struct Slots(Vec<usize>);

impl Slots {
    fn take(&mut self, slot: usize) -> Place {
        self.0[slot] += 1;
        Place { slot, number: self.0[slot] - 1 }
    }

    /// How far a place lies from the left of a room of this width, the places spread evenly.
    fn spread(&self, place: Place, room: f64) -> f64 {
        room * (place.number + 1) as f64 / (self.0[place.slot] + 1) as f64
    }
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
    // No line runs through a name: the names are written when all lines are drawn.
    for edge in &plan.edges {
        plan.draw_around(&mut drawing, edge);
    }
    for edge in &plan.edges {
        plan.name_around(&mut drawing, edge);
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
    ports: Slots,
    lanes: Slots,
    height: f64,
}

impl<'a> Plan<'a> {
    /// Gives each step that goes around its tracks and each line its place.
    fn new(stays: &[Vec<&str>], around: &[(&'a str, usize, usize)]) -> Self {
        let count = stays.len().div_ceil(COLUMNS);
        let mut tracks = vec![0usize; count];
        let mut ports = Slots(vec![0; (count + 1) * COLUMNS]);
        let mut lanes = Slots(vec![0; COLUMNS]);
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
                let ports =
                    (ports.take(leaves * COLUMNS + from % COLUMNS), ports.take(arrives * COLUMNS + to % COLUMNS));
                let lane = (arrives != leaves).then(|| lanes.take(to % COLUMNS));
                Edge { name, from: *from, to: *to, tracks: (first, second), ports, lane }
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
        Self { rows, edges, ports, lanes, height: y.max(40.0) }
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

    /// Where a line along its track turns, from the box that it leaves to the one that it reaches.
    fn turns(&self, edge: &Edge<'_>) -> Vec<(f64, f64)> {
        let (from_row, to_row) = (edge.from / COLUMNS, edge.to / COLUMNS);
        let upper = channel(edge.from, edge.to) < to_row;
        let ((from_x, from_y), (to_x, to_y)) = (self.corner(edge.from), self.corner(edge.to));
        let out = (from_x + self.ports.spread(edge.ports.0, BOX.0), from_y + self.rows[from_row].1);
        let end =
            (to_x + self.ports.spread(edge.ports.1, BOX.0), if upper { to_y } else { to_y + self.rows[to_row].1 });
        let track = self.track(from_row, edge.tracks.0);
        let mut points = vec![out, (out.0, track)];
        match edge.lane {
            Some(lane) => {
                // Down or up beside the column where it arrives.
                let room = if edge.to.is_multiple_of(COLUMNS) { MARGIN } else { GAP };
                let x = to_x - room + self.lanes.spread(lane, room);
                let second = self.track(channel(edge.from, edge.to), edge.tracks.1);
                points.extend([(x, track), (x, second), (end.0, second)]);
            }
            None => points.push((end.0, track)),
        }
        points.push(end);
        points
    }

    /// A line along its track.
    fn draw_around(&self, drawing: &mut Drawing, edge: &Edge<'_>) {
        let mut points = self.turns(edge);
        let end = points.pop().expect("a line has an end");
        let upper = channel(edge.from, edge.to) < edge.to / COLUMNS;
        points.push((end.0, end.1 + if upper { -6.0 } else { 6.0 }));
        drawing.datum(edge.name, None, |drawing| {
            drawing.polyline("step", &points, ARROW, 1.2);
            arrow_head(drawing, end, (0.0, if upper { 1.0 } else { -1.0 }));
        });
    }

    /// The name of a step on its line.
    fn name_around(&self, drawing: &mut Drawing, edge: &Edge<'_>) {
        let points = self.turns(edge);
        let (out, track) = (points[0].0, points[1].1);
        let (left, right) = (points[1].0.min(points[2].0), points[1].0.max(points[2].0));
        let label = shorten(edge.name, 12.0, GAP);
        let wide = text_width(&label, 12.0);
        let x = label_place(out, left, right, wide)
            .clamp(wide / 2.0 + 4.0, (self.width(COLUMNS) - wide / 2.0 - 4.0).max(wide / 2.0 + 4.0));
        drawing.rect("step-ground", (x - wide / 2.0 - 3.0, track - 8.0), (wide + 6.0, 15.0), "#ffffff");
        drawing.text("step-label", (x, track + 4.0), Anchor::Middle, INK, &label);
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

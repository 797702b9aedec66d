//! Where does a value lie? Round numbers for the axis, and places for the values between.
//!
//! Never cuts off the zero line of bars.

/// From values to places along an axis.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    /// Round values inside the range, both ends included.
    pub(super) ticks: Vec<f64>,
    from: f64,
    to: f64,
}

impl Scale {
    /// The axis for these values, drawn between `from` and `to`. Zero is always on it.
    pub(super) fn with_zero(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let values: Vec<f64> = values.chain([0.0]).collect();
        let (low, high) = range(values.iter().copied());
        Self::over(low, high, least_step(&values), from, to)
    }

    /// The axis for these values; zero only if they come near it.
    pub(super) fn around(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let values: Vec<f64> = values.collect();
        let (low, high) = range(values.iter().copied());
        let near = low >= 0.0 && low < (high - low) * 2.0;
        Self::over(if near { 0.0 } else { low }, high, least_step(&values), from, to)
    }

    fn over(low: f64, high: f64, least: f64, from: f64, to: f64) -> Self {
        let (low, high) =
            if high > low { (low, high) } else { (low.min(0.0), if low > 0.0 { low } else { low.max(0.0) + 1.0 }) };
        let step = round_step((high - low) / 4.0).max(least);
        let (first, last) = ((low / step).floor() as i64, (high / step).ceil() as i64);
        let ticks: Vec<f64> = (first..=last.min(first + 12)).map(|at| at as f64 * step).collect();
        let (low, high) = (first as f64 * step, last as f64 * step);
        Self { low, high, ticks, from, to }
    }

    /// The place of a value.
    pub(super) fn place(&self, value: f64) -> f64 {
        let share = (value.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }

    /// The place of zero, or of the end next to it.
    pub(super) fn baseline(&self) -> f64 {
        self.place(0.0)
    }
}

/// The lowest and the highest.
fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let finite = values.filter(|value| value.is_finite()).map(|value| value.clamp(-1e15, 1e15));
    let (low, high) =
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
    if low <= high { (low, high) } else { (0.0, 1.0) }
}

/// Between whole numbers stands no half one: half a task is none.
fn least_step(values: &[f64]) -> f64 {
    if values.iter().all(|value| !value.is_finite() || value.fract() == 0.0) { 1.0 } else { 0.0 }
}

/// 1, 2 or 5 times a power of ten, at least `least`.
fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.max(1e-9).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|times| times * power)
        .find(|step| *step >= least * 0.999)
        .unwrap_or(power * 10.0)
}

/// The value of a tick as people write it: no more decimals than its neighbour needs, 万 for large ones.
pub(super) fn tick_words(value: f64, step: f64) -> String {
    let plain = |value: f64, step: f64| {
        let decimals = if step >= 1.0 { 0 } else { (-step.log10()).ceil().clamp(0.0, 6.0) as usize };
        format!("{:.decimals$}", if value == 0.0 { 0.0 } else { value })
    };
    if value != 0.0 && value.abs() >= 10_000.0 {
        let short = plain(value / 10_000.0, (step / 10_000.0).min(1.0));
        let short =
            if short.contains('.') { short.trim_end_matches('0').trim_end_matches('.').to_owned() } else { short };
        return format!("{short}万");
    }
    plain(value, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(values: &[f64]) -> String {
        let scale = Scale::with_zero(values.iter().copied(), 0.0, 100.0);
        let step = scale.ticks[1] - scale.ticks[0];
        scale.ticks.iter().map(|tick| tick_words(*tick, step)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn ticks_are_round_and_include_zero() {
        assert_eq!(ticks(&[38.0, 51.0]), "0 20 40 60");
        assert_eq!(ticks(&[0.31]), "0.0 0.1 0.2 0.3 0.4");
        assert_eq!(ticks(&[-3.0, 7.0]), "-5 0 5 10");
        assert_eq!(ticks(&[125_000.0]), "0 5万 10万 15万");
        assert_eq!(ticks(&[]), "0 1");
        assert_eq!(ticks(&[0.0]), "0 1");
        assert_eq!(ticks(&[2.0, 1.0]), "0 1 2");
        assert_eq!(ticks(&[0.5, 1.0]), "0.0 0.5 1.0");
        assert_eq!(ticks(&[f64::NAN, 4.0]), "0 1 2 3 4");
    }

    #[test]
    fn places_run_between_the_ends() {
        let scale = Scale::with_zero([100.0].into_iter(), 200.0, 0.0);
        assert_eq!(
            (scale.place(0.0), scale.place(50.0), scale.place(100.0), scale.place(900.0)),
            (200.0, 100.0, 0.0, 0.0)
        );
    }
}

//! How long did it take? Medians, high percentiles and memory, without a judgement.

use std::time::Duration;

/// Durations of the same thing done again and again.
#[derive(Clone, Debug, Default)]
pub(super) struct Times(Vec<Duration>);

impl Times {
    pub(super) fn push(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// The duration that so many of a hundred did not exceed.
    pub(super) fn percentile(&self, of_hundred: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort();
        let at = (sorted.len() * of_hundred).div_ceil(100).max(1) - 1;
        sorted.get(at).copied().unwrap_or_default()
    }

    /// `1.23 / 4.56 ms`: median and 99th percentile.
    pub(super) fn shown(&self) -> String {
        format!("{} / {}", milliseconds(self.percentile(50)), milliseconds(self.percentile(99)))
    }
}

/// Milliseconds with three significant digits or so.
pub(super) fn milliseconds(took: Duration) -> String {
    let number = took.as_secs_f64() * 1_000.0;
    let places = if number < 1.0 {
        3
    } else if number < 100.0 {
        2
    } else {
        0
    };
    format!("{number:.places$} ms")
}

/// How many times as long.
pub(super) fn ratio(ours: Duration, bare: Duration) -> String {
    match bare.as_secs_f64() {
        bare if bare > 0.0 => {
            let times = ours.as_secs_f64() / bare;
            let places = if times < 0.2 { 3 } else { 1 };
            format!("{times:.places$}×")
        }
        _ => "—".to_owned(),
    }
}

/// The memory of a process, in MB.
#[derive(Clone, Copy, Debug)]
pub(super) struct Memory {
    /// What it holds itself.
    pub(super) own: f64,
    /// With the pages of files that it looked at: the program and the database. The system takes those back at will.
    pub(super) with_files: f64,
}

impl Memory {
    /// `45 MB (88 MB)`.
    pub(super) fn shown(self) -> String {
        format!("{:.0} MB ({:.0} MB)", self.own, self.with_files)
    }
}

/// The memory that a process keeps.
pub(super) fn resident(process: u32) -> Option<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kilobytes / 1_024.0)
    };
    Some(Memory { own: megabytes("RssAnon:")?, with_files: megabytes("VmRSS:")? })
}

/// The machine, in one line.
pub(super) fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let name = cpu.lines().find_map(|line| line.strip_prefix("model name")).and_then(|rest| rest.split_once(':'));
    let name = name.map_or("unknown processor", |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let memory = read("/proc/meminfo");
    let memory = memory.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let memory = memory.and_then(|rest| rest.split_whitespace().next()?.parse::<f64>().ok()).unwrap_or(0.0);
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{name}, {cores} cores, {:.0} GB, Linux {}", memory / 1_048_576.0, kernel.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_times() {
        let mut times = Times::default();
        (1..=200).rev().for_each(|number| times.push(Duration::from_millis(number)));
        assert_eq!(times.percentile(50), Duration::from_millis(100));
        assert_eq!(times.percentile(99), Duration::from_millis(198));
        assert_eq!(times.shown(), "100 ms / 198 ms");
        assert_eq!(Times::default().percentile(99), Duration::ZERO);
    }

    #[test]
    fn this_process_keeps_some_memory() {
        assert!(resident(std::process::id()).is_some_and(|it| it.own > 0.0 && it.with_files > it.own));
    }
}

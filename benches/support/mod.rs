//! What the benchmarks stand on: servers in processes of their own, certificates, data and load.

#![allow(dead_code, reason = "each benchmark uses its part")]

pub mod bare;
pub mod load;
pub mod pki;
pub mod postgres;
pub mod process;
pub mod raw;
pub mod world;

/// The middle of some figures.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints what one contestant did: the median and the spread.
pub fn line(name: &str, figures: &[f64], unit: &str) {
    let (least, most) = figures.iter().fold((f64::MAX, 0.0_f64), |(a, b), f| (a.min(*f), b.max(*f)));
    println!("  {name:<34} {:>11.1} {unit:<14} ({least:.1} to {most:.1})", median(figures));
}

/// Prints a ratio beside what is aimed at. Nothing fails: the figures are for a person to read.
pub fn ratio(name: &str, ratio: f64, aim: &str) {
    println!("  => {name}: {ratio:.2} (aim: {aim})");
}

/// A number given on the command line of a benchmark as `name=value`.
pub fn setting(name: &str, otherwise: u64) -> u64 {
    let given =
        std::env::args().find_map(|argument| argument.strip_prefix(name)?.strip_prefix('=')?.parse().ok());
    given.unwrap_or(otherwise)
}

/// How busy the machine was before the run: figures taken beside other work are worth less.
pub fn machine() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average at the start: {}", load.trim());
}

/// A runtime with one thread: the generator has one core.
pub fn block_on<F: Future>(work: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(work)
}

//! Interleaved rounds, medians, ratios, and counts of allocations.

use std::hint::black_box;
use std::time::Instant;

/// Rounds of each contestant, in turn.
const ROUNDS: usize = 61;
/// Calls in a round.
const CALLS: u32 = 20_000;

/// One contestant.
pub struct Figure<'f> {
    name: &'static str,
    run: Box<dyn FnMut() -> usize + 'f>,
}

impl<'f> Figure<'f> {
    pub fn of(name: &'static str, run: impl FnMut() -> usize + 'f) -> Self {
        Self { name, run: Box::new(run) }
    }

    /// Nanoseconds a call, in one round.
    fn round(&mut self) -> f64 {
        let start = Instant::now();
        for _ in 0..CALLS {
            black_box((self.run)());
        }
        start.elapsed().as_secs_f64() * 1e9 / f64::from(CALLS)
    }

    /// Allocations of one call, when everything is warm.
    fn allocations(&mut self) -> u64 {
        allocation_counter::measure(|| {
            black_box((self.run)());
        })
        .count_total
    }
}

/// Runs a future that never waits for anything outside of it.
pub fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    let mut cx = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return output;
        }
    }
}

/// What was measured of one contestant.
pub struct Measured {
    pub allocations: u64,
    /// Its time in that of the yardstick.
    pub ratio: f64,
    /// The nanoseconds that it takes above the yardstick.
    pub above: f64,
}

/// Measures the contestants in turn, and prints each with its ratio to the yardstick (one of them, by its number).
pub fn compare<const N: usize>(mut figures: [Figure<'_>; N], yardstick: usize) -> [Measured; N] {
    for figure in &mut figures {
        figure.round();
    }
    let mut times = vec![Vec::with_capacity(ROUNDS); figures.len()];
    for _ in 0..ROUNDS {
        for (figure, times) in figures.iter_mut().zip(&mut times) {
            times.push(figure.round());
        }
    }
    let medians: Vec<f64> = times.iter().map(|times| median(&mut times.clone())).collect();
    // A round beside the yardstick's of the same round does not feel that the machine's speed drifts.
    std::array::from_fn(|index| {
        let figure = &mut figures[index];
        let rounds = || times[index].iter().zip(&times[yardstick]);
        let measured = Measured {
            allocations: figure.allocations(),
            ratio: median(&mut rounds().map(|(a, b)| a / b).collect::<Vec<_>>()),
            above: median(&mut rounds().map(|(a, b)| a - b).collect::<Vec<_>>()),
        };
        println!(
            "  {:<61} {:>8.0} ns   {:>3} allocations   {:>6.2} of the yardstick   {:>+7.0} ns",
            figure.name, medians[index], measured.allocations, measured.ratio, measured.above,
        );
        measured
    })
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

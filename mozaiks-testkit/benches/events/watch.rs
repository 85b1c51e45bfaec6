//! What a round took, of the clock on the wall and of the processor.

use std::time::Instant;

use crate::load::{EVENTS, PER_TOPIC};

/// What was measured of a round.
#[derive(Clone, Copy)]
pub struct Rate {
    /// Deliveries in a second of the clock on the wall.
    pub per_second: f64,
    /// Nanoseconds of the processor, on all threads, for one delivery.
    pub processor: f64,
}

/// Runs during a round.
pub struct Watch {
    wall: Instant,
    processor: f64,
}

impl Watch {
    pub fn start() -> Self {
        Self { wall: Instant::now(), processor: processor() }
    }

    pub fn rate(&self) -> Rate {
        let deliveries = (EVENTS * PER_TOPIC) as f64;
        let per_second = deliveries / self.wall.elapsed().as_secs_f64();
        Rate { per_second, processor: (processor() - self.processor) * 1e9 / deliveries }
    }
}

/// The seconds of the processor that this process has used; 0 where the system does not say.
fn processor() -> f64 {
    const TICKS_A_SECOND: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program is in parentheses, and may have spaces.
    let fields = text.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2).filter_map(|ticks| ticks.parse::<f64>().ok());
    ticks.sum::<f64>() / TICKS_A_SECOND
}

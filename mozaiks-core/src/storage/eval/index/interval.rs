//! Stretches of the order of all values.

/// A cut between values: before or after all that begin with some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Edge {
    Before(Vec<u8>),
    After(Vec<u8>),
}

/// The values between two cuts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) lower: Edge,
    pub(super) upper: Edge,
}

impl Edge {
    /// The least bytes that are behind the cut.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Before(prefix) => prefix.clone(),
            Self::After(prefix) => successor(prefix),
        }
    }

    /// The same cut in the reversed order.
    fn inverted(self) -> Self {
        let invert = |prefix: Vec<u8>| prefix.into_iter().map(|byte| !byte).collect();
        match self {
            Self::Before(prefix) => Self::After(invert(prefix)),
            Self::After(prefix) => Self::Before(invert(prefix)),
        }
    }

    /// The cut among keys that go on after other fields.
    pub(super) fn behind(&self, fields: &[u8]) -> Self {
        let join = |prefix: &Vec<u8>| [fields, prefix].concat();
        match self {
            Self::Before(prefix) => Self::Before(join(prefix)),
            Self::After(prefix) => Self::After(join(prefix)),
        }
    }
}

impl Interval {
    pub(super) fn point(value: Vec<u8>) -> Self {
        Self { lower: Edge::Before(value.clone()), upper: Edge::After(value) }
    }

    /// The one value that is between the cuts, if it is only one.
    pub(super) fn as_point(&self) -> Option<&[u8]> {
        match (&self.lower, &self.upper) {
            (Edge::Before(lower), Edge::After(upper)) if lower == upper => Some(lower),
            _ => None,
        }
    }

    /// The same values in the reversed order.
    pub(super) fn inverted(self) -> Self {
        Self { lower: self.upper.inverted(), upper: self.lower.inverted() }
    }

    fn intersect(&self, other: &Self) -> Option<Self> {
        let lower = if self.lower.to_bytes() >= other.lower.to_bytes() { &self.lower } else { &other.lower };
        let upper = if self.upper.to_bytes() <= other.upper.to_bytes() { &self.upper } else { &other.upper };
        (lower.to_bytes() < upper.to_bytes()).then(|| Self { lower: lower.clone(), upper: upper.clone() })
    }
}

/// In order, without overlaps.
pub(super) fn normalize(mut intervals: Vec<Interval>) -> Vec<Interval> {
    intervals.sort_by_cached_key(|interval| interval.lower.to_bytes());
    let mut merged: Vec<Interval> = Vec::with_capacity(intervals.len());
    for interval in intervals {
        match merged.last_mut() {
            Some(last) if interval.lower.to_bytes() < last.upper.to_bytes() => {
                if interval.upper.to_bytes() > last.upper.to_bytes() {
                    last.upper = interval.upper;
                }
            }
            _ => merged.push(interval),
        }
    }
    merged
}

/// The values that both have.
pub(super) fn intersect(a: &[Interval], b: &[Interval]) -> Vec<Interval> {
    normalize(a.iter().flat_map(|a| b.iter().filter_map(|b| a.intersect(b))).collect())
}

/// The least bytes above all that begin with these.
fn successor(prefix: &[u8]) -> Vec<u8> {
    let mut bytes = prefix.to_vec();
    while let Some(last) = bytes.pop() {
        if let Some(next) = last.checked_add(1) {
            bytes.push(next);
            return bytes;
        }
    }
    // Nothing but the greatest byte, with which no value begins.
    vec![u8::MAX; prefix.len() + 1]
}

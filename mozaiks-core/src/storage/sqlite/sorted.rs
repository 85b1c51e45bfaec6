//! Documents in an order that is not that of their keys, no more of them than are asked for.

use bson::RawDocumentBuf;

use super::find::found;
use super::readers::Step;
use super::scan::Window;
use super::selection::Row;
use crate::storage::FoundDocument;
use crate::storage::eval::{Sort, with_id};

/// So many more than needed are kept before those that come too late in the order are dropped.
const SLACK: usize = 256;

/// Gathers documents, in the order of their keys, and gives those in a window of another order.
pub(super) struct Sorted<'s> {
    sort: &'s Sort,
    needs_id: bool,
    skip: usize,
    /// Where the window ends.
    end: usize,
    kept: Vec<Kept>,
    /// How many were shown.
    seen: u64,
}

struct Kept {
    /// When it was shown, which decides where the order does not.
    place: u64,
    found: FoundDocument,
    /// With its id, where the order asks for that.
    whole: Option<RawDocumentBuf>,
}

impl<'s> Sorted<'s> {
    pub fn new(sort: &'s Sort, needs_id: bool, window: Window) -> Self {
        let bound = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let (skip, limit) = (bound(window.skip), window.limit.map_or(usize::MAX, bound));
        Self { sort, needs_id, skip, end: skip.saturating_add(limit), kept: Vec::new(), seen: 0 }
    }

    pub fn add(&mut self, row: Row<'_>) -> Step<()> {
        self.seen += 1;
        if self.end == 0 {
            return Ok(());
        }
        let found = found(row)?;
        let whole = if self.needs_id { Some(with_id(&found.id, row.body)?) } else { None };
        self.kept.push(Kept { place: self.seen, found, whole });
        if self.kept.len() >= self.end.saturating_mul(2).saturating_add(SLACK) {
            self.cut();
        }
        Ok(())
    }

    /// The documents in the window, and how many there are in all.
    pub fn finish(mut self) -> (Vec<FoundDocument>, u64) {
        self.cut();
        (self.kept.into_iter().skip(self.skip).map(|kept| kept.found).collect(), self.seen)
    }

    /// Puts what is kept in order, and drops what is beyond the window.
    fn cut(&mut self) {
        let kept = std::mem::take(&mut self.kept);
        let mut order: Vec<_> = kept
            .iter()
            .enumerate()
            .map(|(index, kept)| {
                (self.sort.key(kept.whole.as_ref().unwrap_or(&kept.found.document)), kept.place, index)
            })
            .collect();
        order.sort_unstable_by(|a, b| self.sort.compare_keys(&a.0, &b.0).then(a.1.cmp(&b.1)));
        let order: Vec<usize> = order.into_iter().take(self.end).map(|(_, _, index)| index).collect();
        let mut kept: Vec<Option<Kept>> = kept.into_iter().map(Some).collect();
        self.kept = order.into_iter().filter_map(|index| kept.get_mut(index)?.take()).collect();
    }
}

//! A map of ids that mostly come in order.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use mozaiks_core::DocumentId;

/// How many lie in a row at most.
const MOST_IN_ROW: usize = 64;

/// A map in the order of its ids. Most ids are new ones, each later than those before it: they are put behind the last
/// without a search, and leave full rows behind them, where a tree of single ones would leave half of its room empty.
/// Ids in any other order leave rows that are half full, as that tree does.
#[derive(Debug, Clone)]
pub(super) struct InOrder<V> {
    /// Each by an id that none in it is before, and all in the row before it are. None is empty.
    rows: BTreeMap<DocumentId, Row<V>>,
    len: usize,
}

type Row<V> = Vec<(DocumentId, V)>;

impl<V> Default for InOrder<V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<V> InOrder<V> {
    pub const fn new() -> Self {
        Self { rows: BTreeMap::new(), len: 0 }
    }

    pub const fn len(&self) -> usize {
        self.len
    }

    pub fn get(&self, id: &DocumentId) -> Option<(&DocumentId, &V)> {
        let (_, row) = self.rows.range(..=id).next_back()?;
        let (id, value) = row.get(find(row, id).ok()?)?;
        Some((id, value))
    }

    pub fn get_mut(&mut self, id: &DocumentId) -> Option<&mut V> {
        let (_, row) = self.rows.range_mut(..=id).next_back()?;
        let at = find(row, id).ok()?;
        row.get_mut(at).map(|(_, value)| value)
    }

    pub fn contains(&self, id: &DocumentId) -> bool {
        !self.is_behind_all(id) && self.get(id).is_some()
    }

    /// In the order of the ids.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&DocumentId, &V)> {
        self.rows.values().flatten().map(|(id, value)| (id, value))
    }

    /// Puts a value in its place, or in the place of what is there.
    pub fn insert(&mut self, id: DocumentId, value: V) {
        if let Some(mut last) = self.rows.last_entry()
            && is_behind(last.get(), &id)
        {
            self.len += 1;
            if last.get().len() < MOST_IN_ROW {
                make_room(last.get_mut());
                last.get_mut().push((id, value));
            } else {
                let mut row = Vec::with_capacity(MOST_IN_ROW);
                row.push((id.clone(), value));
                self.rows.insert(id, row);
            }
            return;
        }
        self.insert_between(id, value);
    }

    fn insert_between(&mut self, id: DocumentId, value: V) {
        let behind = if let Some((_, row)) = self.rows.range_mut(..=&id).next_back() {
            match find(row, &id) {
                Ok(at) => {
                    if let Some((_, there)) = row.get_mut(at) {
                        *there = value;
                    }
                    return;
                }
                Err(at) => put(row, at, (id, value)),
            }
        } else {
            // Before all others, in a row that begins with it from now on.
            let mut row = self.rows.pop_first().map_or_else(Vec::new, |(_, row)| row);
            let behind = put(&mut row, 0, (id.clone(), value));
            self.rows.insert(id, row);
            behind
        };
        self.len += 1;
        self.rows.extend(behind);
    }

    pub fn remove(&mut self, id: &DocumentId) -> Option<V> {
        let (begin, row) = self.rows.range_mut(..=id).next_back()?;
        let at = find(row, id).ok()?;
        let (_, value) = row.remove(at);
        self.len -= 1;
        if row.is_empty() {
            let begin = begin.clone();
            self.rows.remove(&begin);
        } else if row.len() < row.capacity() / 4 {
            row.shrink_to(row.len() * 2);
        }
        Some(value)
    }

    fn is_behind_all(&self, id: &DocumentId) -> bool {
        self.rows.last_key_value().is_none_or(|(_, last)| is_behind(last, id))
    }
}

fn find<V>(row: &Row<V>, id: &DocumentId) -> Result<usize, usize> {
    row.binary_search_by(|(other, _)| other.cmp(id))
}

/// True if an id comes after all of a row.
fn is_behind<V>(row: &Row<V>, id: &DocumentId) -> bool {
    row.last().is_none_or(|(last, _)| last < id)
}

/// Has room for one more in a row, and never for more than it may have.
fn make_room<V>(row: &mut Row<V>) {
    if row.len() == row.capacity() && row.len() > MOST_IN_ROW / 2 {
        row.reserve_exact(MOST_IN_ROW - row.len());
    }
}

/// Puts one at its place in a row. Of a row that is full, the second half is given back, to be a row of its own.
fn put<V>(row: &mut Row<V>, at: usize, entry: (DocumentId, V)) -> Option<(DocumentId, Row<V>)> {
    if row.len() < MOST_IN_ROW {
        make_room(row);
        row.insert(at, entry);
        return None;
    }
    let half = row.len() / 2;
    let mut behind = row.split_off(half);
    let (row, at) = if at <= half { (row, at) } else { (&mut behind, at - half) };
    row.insert(at, entry);
    let (begin, _) = behind.first()?;
    Some((begin.clone(), behind))
}

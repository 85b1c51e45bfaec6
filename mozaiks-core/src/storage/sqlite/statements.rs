//! What SQLite is asked: documents by one key, between two, by a range of an index, and how many.

/// By one key.
pub(super) const GET: &str = "SELECT owner, body FROM documents WHERE scope=?1 AND id=?2";

/// A scan has the bounds, limit and offset as parameters 2 to 5, and perhaps an owner as 6.
macro_rules! between {
    ($what:literal, $rest:literal) => {
        concat!("SELECT ", $what, " FROM documents WHERE scope=?1 AND id>=?2 AND id<?3", $rest)
    };
}
pub(super) const UP: &str = between!("id, owner, body", " ORDER BY id LIMIT ?4 OFFSET ?5");
pub(super) const DOWN: &str = between!("id, owner, body", " ORDER BY id DESC LIMIT ?4 OFFSET ?5");
pub(super) const MINE_UP: &str = between!("id, owner, body", " AND owner=?6 ORDER BY id LIMIT ?4 OFFSET ?5");
pub(super) const MINE_DOWN: &str =
    between!("id, owner, body", " AND owner=?6 ORDER BY id DESC LIMIT ?4 OFFSET ?5");
pub(super) const COUNT: &str = between!("count(*)", "");
pub(super) const COUNT_ALL: &str = "SELECT documents FROM counts WHERE scope=?1";
pub(super) const COUNT_MINE: &str = between!("count(*)", " AND owner=?4");
/// Whether there are more than so many.
pub(super) const BEYOND: &str = between!("1", " LIMIT 1 OFFSET ?4");

/// By a range of an index.
macro_rules! entries {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.owner, d.body FROM entries e CROSS JOIN documents d ON d.scope=e.scope AND d.id=e.id \
             WHERE e.index_id=?1 AND e.scope=?2 AND e.key>=?3 AND e.key<?4",
            $rest
        )
    };
}
pub(super) const ENTRIES_UP: &str = entries!(" ORDER BY e.key, e.id");
pub(super) const ENTRIES_DOWN: &str = entries!(" ORDER BY e.key DESC, e.id DESC");

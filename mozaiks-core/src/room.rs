//! Room to write in, kept from one time to the next.

use std::cell::RefCell;

/// So much of it at most is kept, in bytes.
const KEPT: usize = 64 * 1024;

thread_local! {
    static ROOMS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// Lends a thread's own room, empty, to write something of which the size is known only when it is there. Whoever asks
/// for it again meanwhile gets other room.
pub(crate) fn with_room<R>(work: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    let mut room = ROOMS.with_borrow_mut(Vec::pop).unwrap_or_default();
    room.clear();
    let done = work(&mut room);
    if room.capacity() <= KEPT {
        ROOMS.with_borrow_mut(|rooms| rooms.push(room));
    }
    done
}

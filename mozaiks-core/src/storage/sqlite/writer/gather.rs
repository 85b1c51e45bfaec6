//! Waiting a moment for those who write again and again.
//!
//! Whoever writes one document after the other comes again at once when the one before is written down, and one
//! synchronisation less is worth more than the moment. The thread sleeps meanwhile: were it woken for each of them, or
//! did it look for them all the time, that would cost more than what it waits for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

/// So long at most does a group wait for those who were in the one before, and now know that they can go on.
const GATHER: Duration = Duration::from_micros(200);

/// How many the thread sleeps for: what it shares with those who send. Zero while it does not.
#[derive(Debug, Default)]
pub(super) struct Expected(AtomicUsize);

impl Expected {
    /// To be said by whoever has sent something: wakes the thread if it was the last that it sleeps for.
    pub fn sent<T>(&self, queue: &mpsc::Sender<T>, thread: &thread::Thread) {
        let expected = self.0.load(Ordering::SeqCst);
        if expected > 0 && queue.max_capacity() - queue.capacity() >= expected {
            thread.unpark();
        }
    }

    /// Waits for as many as there were the last time. Who writes alone waits for nobody.
    pub fn gather<T>(&self, queue: &mut mpsc::Receiver<T>, messages: &mut Vec<T>, last: usize) {
        let start = Instant::now();
        while messages.len() < last {
            // Said before it is looked whether they are there: whoever comes later sees it.
            self.0.store(last - messages.len(), Ordering::SeqCst);
            if queue.is_empty() && !queue.is_closed() {
                let left = GATHER.saturating_sub(start.elapsed());
                if left.is_zero() {
                    break;
                }
                thread::park_timeout(left);
            }
            while messages.len() < last
                && let Ok(message) = queue.try_recv()
            {
                messages.push(message);
            }
            if queue.is_closed() && queue.is_empty() {
                break;
            }
        }
        self.0.store(0, Ordering::SeqCst);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test fails by a panic
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_group_is_as_large_as_the_last_if_so_many_come_again() {
        let (sender, mut queue) = mpsc::channel(16);
        let expected = Arc::new(Expected::default());
        let gatherer = {
            let expected = Arc::clone(&expected);
            thread::spawn(move || {
                let mut messages = vec![0];
                // Of those that come late, the next group has the rest.
                while messages.len() < 6 {
                    expected.gather(&mut queue, &mut messages, 6);
                }
                messages
            })
        };
        for number in 1..6 {
            sender.blocking_send(number).unwrap();
            expected.sent(&sender, gatherer.thread());
        }
        assert_eq!(gatherer.join().unwrap(), [0, 1, 2, 3, 4, 5]);
    }

    #[test]
    fn nobody_waits_for_those_who_do_not_come() {
        let (sender, mut queue) = mpsc::channel(16);
        let expected = Expected::default();
        let mut messages = vec![0];
        expected.gather(&mut queue, &mut messages, 1);
        sender.try_send(1).unwrap();
        expected.gather(&mut queue, &mut messages, 16);
        drop(sender);
        expected.gather(&mut queue, &mut messages, 16);
        assert_eq!(messages, [0, 1]);
    }
}

//! The waker of a connection, which can be kept from ringing for nothing.
//!
//! Whoever takes the last of a body wakes the connection, as hyper has it, so that it sends more, though there is no
//! more. Each request would have its connection looked at once again, and that for nothing.

use std::cell::Cell;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

thread_local! {
    /// Where the waker is that is being held, if one is, and whether it was to ring.
    static HELD: Cell<(usize, bool)> = const { Cell::new(NOTHING) };
}

const NOTHING: (usize, bool) = (0, false);

/// The waker of a connection: that of its task, unless it is [held](Hold).
struct Bell {
    task: Waker,
}

impl Bell {
    fn is_held(self: &Arc<Self>) -> bool {
        let me = Arc::as_ptr(self).addr();
        // A thread that ends holds nothing.
        HELD.try_with(|held| {
            let is_held = held.get().0 == me;
            if is_held {
                held.set((me, true));
            }
            is_held
        })
        .unwrap_or(false)
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if !self.is_held() {
            self.task.wake_by_ref();
        }
    }
}

/// The bell of one connection, for the task that it is in.
#[derive(Default)]
pub(super) struct BellOf {
    of_task: Option<(Waker, Waker)>,
}

impl BellOf {
    /// Polls a connection with its bell.
    pub fn poll<R>(
        &mut self,
        cx: &mut Context<'_>,
        poll: impl FnOnce(&mut Context<'_>) -> Poll<R>,
    ) -> Poll<R> {
        if self.of_task.as_ref().is_none_or(|(task, _)| !task.will_wake(cx.waker())) {
            let task = cx.waker().clone();
            self.of_task = Some((task.clone(), Waker::from(Arc::new(Bell { task }))));
        }
        match &self.of_task {
            Some((_, bell)) => poll(&mut Context::from_waker(bell)),
            None => poll(cx),
        }
    }
}

/// Keeps the bell of a connection from ringing on this thread, until it is dropped: then it rings if it was to.
pub(in crate::http) struct Hold<'w> {
    waker: &'w Waker,
}

impl<'w> Hold<'w> {
    /// Holds a waker, if it is a bell. Any other is not changed.
    pub fn of(waker: &'w Waker) -> Self {
        HELD.set((waker.data().addr(), false));
        Self { waker }
    }

    /// Lets go. If it was to ring, that was for nothing.
    pub fn forget(self) {
        HELD.set(NOTHING);
        drop(self);
    }
}

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        if let (_, true) = HELD.replace(NOTHING) {
            self.waker.wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[derive(Default)]
    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What is done with a bell, and how often its task is woken by that.
    fn rings(act: impl FnOnce(&Waker)) -> usize {
        let count = Arc::new(Count::default());
        let task = Waker::from(Arc::clone(&count));
        let polled = BellOf::default().poll(&mut Context::from_waker(&task), |cx| {
            act(cx.waker());
            Poll::Ready(())
        });
        assert!(polled.is_ready());
        count.0.load(Ordering::Relaxed)
    }

    fn ring_another(bell: &Waker) {
        let another = bell.clone();
        another.wake();
    }

    #[test]
    fn a_bell_rings_unless_it_is_held() {
        assert_eq!(rings(|_| {}), 0);
        assert_eq!(rings(Waker::wake_by_ref), 1);
        assert_eq!(rings(ring_another), 1);
    }

    #[test]
    fn what_was_held_rings_once_afterwards_or_is_forgotten() {
        fn held(bell: &Waker) -> Hold<'_> {
            let hold = Hold::of(bell);
            bell.wake_by_ref();
            ring_another(bell);
            hold
        }
        assert_eq!(rings(|bell| drop(held(bell))), 1);
        assert_eq!(rings(|bell| held(bell).forget()), 0);
        assert_eq!(rings(|bell| drop(Hold::of(bell))), 0);
        assert_eq!(
            rings(|bell| {
                held(bell).forget();
                bell.wake_by_ref();
            }),
            1
        );
    }

    #[test]
    fn a_bell_that_is_held_rings_on_other_threads_and_others_ring_here() {
        let elsewhere = |bell: &Waker| {
            let hold = Hold::of(bell);
            std::thread::scope(|scope| scope.spawn(|| bell.wake_by_ref()).join().unwrap_or_default());
            hold.forget();
        };
        assert_eq!(rings(elsewhere), 1);
        assert_eq!(
            rings(|bell| assert_eq!(
                rings(|other| {
                    let hold = Hold::of(bell);
                    other.wake_by_ref();
                    hold.forget();
                }),
                1
            )),
            0
        );
    }

    #[test]
    fn what_is_held_rings_when_there_is_a_panic() {
        let panics = |bell: &Waker| {
            let caught = std::panic::catch_unwind(|| {
                let _hold = Hold::of(bell);
                bell.wake_by_ref();
                std::panic::resume_unwind(Box::new(()));
            });
            assert!(caught.is_err());
        };
        assert_eq!(rings(panics), 1);
    }
}

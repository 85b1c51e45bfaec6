//! A suite: named cases, each run against a service of its own.

use std::any::Any;
use std::future::{Future, IntoFuture};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::report::Report;
use super::wait::{PATIENCE, within};

/// How long a case waits for one thing, unless [`Suite::patience`] says otherwise.
const STANDARD_PATIENCE: Duration = Duration::from_secs(10);

/// What a case may take in all, as a multiple of the patience.
const MOST_WAITS: u32 = 12;

/// One case of a suite.
pub(super) struct Case<T> {
    pub name: &'static str,
    pub run: fn(T) -> BoxFuture<'static, ()>,
}

/// Names the cases of a suite by their functions, which take a reference to the service.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        &[$($crate::conformance::suite::Case {
            name: stringify!($case),
            run: |service| Box::pin(async move { $case(&service).await }),
        }),*]
    };
}
pub(super) use cases;

/// Cases to be run against a service. It runs when it is awaited, and gives a [`Report`].
///
/// Each case has a service of its own, made by the closure that the suite was given. A case that fails, panics or
/// waits in vain ends alone: the others run all the same.
#[must_use = "a suite runs when it is awaited"]
pub struct Suite<'f, T: 'static> {
    name: &'static str,
    fresh: Box<dyn Fn() -> BoxFuture<'f, T> + Send + Sync + 'f>,
    cases: &'static [Case<T>],
    patience: Duration,
    /// Cases that are known to fail, each with the reason why.
    known: Vec<(String, String)>,
}

impl<'f, T: Send + 'static> Suite<'f, T> {
    pub(super) fn new<Made>(
        name: &'static str,
        cases: &'static [Case<T>],
        fresh: impl Fn() -> Made + Send + Sync + 'f,
    ) -> Self
    where
        Made: Future<Output = T> + Send + 'f,
    {
        let fresh = Box::new(move || -> BoxFuture<'f, T> { Box::pin(fresh()) });
        Self { name, fresh, cases, patience: STANDARD_PATIENCE, known: Vec::new() }
    }

    /// How long a case waits for one thing (an answer, an event) before it fails: 10 seconds if nothing is said.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Says that a case is known to fail, and why. The report tells it apart, and complains once it passes.
    pub fn known_failure(mut self, case: &str, why: &str) -> Self {
        self.known.push((case.to_owned(), why.to_owned()));
        self
    }

    /// The names of its cases, in the order in which they run.
    pub fn case_names(&self) -> impl Iterator<Item = &'static str> {
        self.cases.iter().map(|case| case.name)
    }

    async fn run(self) -> Report {
        let mut report = Report::new(self.name);
        for case in self.cases {
            let outcome = self.run_case(case).await;
            let known = self.known.iter().find(|(name, _)| name == case.name);
            match (outcome, known) {
                (Ok(()), None) => report.pass(case.name),
                (Err(reason), None) => report.fail(case.name, reason),
                (Err(_), Some((_, why))) => report.fail_as_known(case.name, why),
                (Ok(()), Some((_, why))) => {
                    report.fail(case.name, format!("it passes, but stands as a known failure: {why}"));
                }
            }
        }
        for (name, _) in &self.known {
            if !self.cases.iter().any(|case| case.name == name) {
                report.fail(name, "it stands as a known failure, but there is no such case".to_owned());
            }
        }
        report
    }

    async fn run_case(&self, case: &Case<T>) -> Result<(), String> {
        let run = async {
            let service = within("the service to be made", (self.fresh)()).await;
            (case.run)(service).await;
        };
        let caught = AssertUnwindSafe(PATIENCE.scope(self.patience, run)).catch_unwind();
        let most = self.patience * MOST_WAITS;
        match tokio::time::timeout(most, caught).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(panic)) => Err(text_of(&*panic)),
            Err(_) => Err(format!("it did not end within {most:?}")),
        }
    }
}

impl<'f, T: Send + 'static> IntoFuture for Suite<'f, T> {
    type Output = Report;
    type IntoFuture = BoxFuture<'f, Report>;

    fn into_future(self) -> BoxFuture<'f, Report> {
        Box::pin(self.run())
    }
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it panicked".to_owned())
}

impl<T> std::fmt::Debug for Suite<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Suite").field("name", &self.name).finish_non_exhaustive()
    }
}

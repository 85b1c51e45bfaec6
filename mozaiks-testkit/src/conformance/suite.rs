//! A suite: named cases, each run against a service of its own.

use std::any::Any;
use std::future::{Future, IntoFuture};
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};

use super::report::Report;
use super::wait::{PATIENCE, Skipped, within};

/// How long a case waits for one thing, unless [`Suite::patience`] says otherwise.
const STANDARD_PATIENCE: Duration = Duration::from_secs(10);

/// What a case may take in all, as a multiple of the patience.
const MOST_WAITS: u32 = 12;

/// One case of a suite.
pub(super) struct Case<T> {
    pub name: &'static str,
    /// The source that it stands in: what is written above it says what it checks. Empty if nobody needs to be told.
    pub source: &'static str,
    pub run: fn(T) -> BoxFuture<'static, ()>,
}

/// Names the cases of a suite by their functions, which take a reference to the service. Where the source that they
/// stand in comes first, a failure tells the rule too: the comment above the case.
macro_rules! cases {
    ($($case:ident),* $(,)?) => {
        $crate::conformance::suite::cases![""; $($case),*]
    };
    ($source:expr; $($case:ident),* $(,)?) => {
        &[$($crate::conformance::suite::Case {
            name: stringify!($case),
            source: $source,
            run: |service| Box::pin(async move { $case(&service).await }),
        }),*]
    };
}
pub(super) use cases;

/// How a case ended that did not pass.
enum Ending {
    Failed(String),
    Skipped(&'static str),
}

/// Cases to be run against a service. It runs when it is awaited, and gives a [`Report`].
///
/// Each case has a service of its own, made by the closure that the suite was given. A case that fails, panics or
/// waits in vain ends alone: the others run all the same.
#[must_use = "a suite runs when it is awaited"]
pub struct Suite<'f, T: 'static> {
    name: &'static str,
    fresh: Box<dyn Fn() -> BoxFuture<'f, T> + Send + Sync + 'f>,
    cases: Vec<&'static Case<T>>,
    patience: Duration,
    /// How many cases run at the same time.
    at_once: usize,
    /// Cases that are known to fail, each with the reason why.
    known: Vec<(String, String)>,
}

impl<'f, T: Send + 'static> Suite<'f, T> {
    pub(super) fn new<Made>(
        name: &'static str,
        cases: impl IntoIterator<Item = &'static Case<T>>,
        fresh: impl Fn() -> Made + Send + Sync + 'f,
    ) -> Self
    where
        Made: Future<Output = T> + Send + 'f,
    {
        let fresh = Box::new(move || -> BoxFuture<'f, T> { Box::pin(fresh()) });
        let cases = cases.into_iter().collect();
        Self { name, fresh, cases, patience: STANDARD_PATIENCE, at_once: 1, known: Vec::new() }
    }

    /// How long a case waits for one thing (an answer, an event) before it fails: 10 seconds if nothing is said.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// How many cases run at the same time, each against its own service; the report has them in their order all the
    /// same. One after the other if nothing is said.
    pub fn at_once(mut self, cases: usize) -> Self {
        self.at_once = cases.max(1);
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
        let runs = self.cases.iter().map(|case| self.run_case(case).map(move |ending| (case.name, ending)));
        // Boxed, because the compiler does not see that a stream of borrowing futures can be sent.
        let mut endings = stream::iter(runs.map(FutureExt::boxed)).buffered(self.at_once).boxed();
        while let Some((case, ending)) = endings.next().await {
            let known = self.known.iter().find(|(name, _)| name == case);
            match (ending, known) {
                (Err(Ending::Skipped(why)), _) => report.skip(case, why),
                (Ok(()), None) => report.pass(case),
                (Err(Ending::Failed(reason)), None) => report.fail(case, reason),
                (Err(Ending::Failed(_)), Some((_, why))) => report.fail_as_known(case, why),
                (Ok(()), Some((_, why))) => {
                    report.fail(case, format!("it passes, but stands as a known failure: {why}"));
                }
            }
        }
        drop(endings);
        for (name, _) in &self.known {
            if !self.cases.iter().any(|case| case.name == name) {
                report.fail(name, "it stands as a known failure, but there is no such case".to_owned());
            }
        }
        report
    }

    async fn run_case(&self, case: &Case<T>) -> Result<(), Ending> {
        let run = async {
            let service = within("the service to be made", (self.fresh)()).await;
            (case.run)(service).await;
        };
        let caught = AssertUnwindSafe(PATIENCE.scope(self.patience, run)).catch_unwind();
        let most = self.patience * MOST_WAITS;
        match tokio::time::timeout(most, caught).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(panic)) => Err(match panic.downcast_ref::<Skipped>() {
                Some(Skipped(why)) => Ending::Skipped(why),
                None => Ending::Failed(with_rule(case.name, case.source, text_of(&*panic))),
            }),
            Err(_) => {
                let reason = format!("it did not end within {most:?}");
                Err(Ending::Failed(with_rule(case.name, case.source, reason)))
            }
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

/// The reason, and the comment above the case in its source.
fn with_rule(case: &str, source: &str, reason: String) -> String {
    let head = format!("pub async fn {case}(");
    let above = source.split(&head).next().filter(|above| above.len() < source.len()).unwrap_or_default();
    let mut rule: Vec<_> =
        above.lines().rev().map_while(|line| line.trim_start().strip_prefix("///")).map(str::trim).collect();
    rule.reverse();
    if rule.is_empty() { reason } else { format!("{reason}\nthe rule: {}", rule.join(" ")) }
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

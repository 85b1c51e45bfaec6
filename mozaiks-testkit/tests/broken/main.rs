//! The suites find what is broken: each tiny wrong implementation fails the case that one expects, by name.

mod buses;
mod installations;
mod notifications;
mod pushes;
mod settings;
mod storages;

use std::time::Duration;

use mozaiks_testkit::conformance::Report;

/// How long a case waits here for what will never come.
const SHORT: Duration = Duration::from_millis(300);

/// Checks that these cases are among those that failed.
#[track_caller]
fn assert_caught(report: &Report, by: &[&str]) {
    for case in by {
        assert!(report.failure(case).is_some(), "`{case}` did not fail:\n{report}");
    }
}

/// Checks that these cases failed, and no other.
#[track_caller]
fn assert_caught_only(report: &Report, by: &[&str]) {
    assert_caught(report, by);
    assert_eq!(report.failed().len(), by.len(), "other cases failed too:\n{report}");
}

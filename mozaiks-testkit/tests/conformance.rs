//! The testkit's own services pass the suites that everybody else's must, and the suites find what is broken.

use std::sync::Arc;

use mozaiks_core::{Clock, SystemClock};
use mozaiks_testkit::conformance;
use mozaiks_testkit::events::MemoryEventBus;
use mozaiks_testkit::installations::MemoryInstallations;
use mozaiks_testkit::journal::Journal;
use mozaiks_testkit::notifications::MemoryNotifications;
use mozaiks_testkit::realtime::MemoryRealtime;
use mozaiks_testkit::settings::MemorySettings;
use mozaiks_testkit::storage::MemoryStorage;

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

fn bus() -> MemoryEventBus {
    MemoryEventBus::new(Journal::new(), clock())
}

#[tokio::test]
async fn the_event_bus_in_memory_passes() {
    conformance::event_bus(|| async { bus() }).await.assert_passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_event_bus_in_memory_passes_on_threads() {
    conformance::event_bus(|| async { bus() }).await.assert_passed();
}

/// The bus does twice what it may do twice: a suite allows for it.
#[tokio::test]
async fn an_event_bus_may_deliver_twice() {
    let twice = || async {
        let bus = bus();
        bus.duplicate(true);
        bus
    };
    conformance::event_bus(twice).await.assert_passed();
}

#[tokio::test]
async fn the_notifications_in_memory_pass() {
    let fresh = |clock| async { MemoryNotifications::new(Journal::new(), clock) };
    conformance::notifications(fresh).await.assert_passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_notifications_in_memory_pass_on_threads() {
    let fresh = |clock| async { MemoryNotifications::new(Journal::new(), clock) };
    conformance::notifications(fresh).await.assert_passed();
}

#[tokio::test]
async fn the_settings_in_memory_pass() {
    conformance::settings(|| async { MemorySettings::new(clock()) }).await.assert_passed();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_settings_in_memory_pass_on_threads() {
    conformance::settings(|| async { MemorySettings::new(clock()) }).await.assert_passed();
}

#[tokio::test]
async fn the_installations_in_memory_pass() {
    conformance::installations(|| async { MemoryInstallations::new(clock()) }).await.assert_passed();
}

#[tokio::test]
async fn the_live_connections_in_memory_pass() {
    let fresh = || async { MemoryRealtime::new(Journal::new(), clock()) };
    conformance::realtime(fresh).await.assert_passed();
}

/// A case that nobody put into its suite would never run.
#[test]
fn every_case_is_in_its_suite() {
    let fresh = |clock| async { MemoryNotifications::new(Journal::new(), clock) };
    let suites: [(&str, Vec<&str>); 6] = [
        ("storage", conformance::storage(|| async { MemoryStorage::new() }).case_names().collect()),
        ("event_bus", conformance::event_bus(|| async { bus() }).case_names().collect()),
        ("notifications", conformance::notifications(fresh).case_names().collect()),
        ("settings", conformance::settings(|| async { MemorySettings::new(clock()) }).case_names().collect()),
        (
            "installations",
            conformance::installations(|| async { MemoryInstallations::new(clock()) }).case_names().collect(),
        ),
        (
            "realtime",
            conformance::realtime(|| async { MemoryRealtime::new(Journal::new(), clock()) })
                .case_names()
                .collect(),
        ),
    ];
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/conformance");
    for (suite, names) in suites {
        let folder = root.join(suite);
        let files = match std::fs::read_dir(&folder) {
            Ok(files) => files.map(|file| file.unwrap().path()).collect(),
            Err(_) => vec![root.join(format!("{suite}.rs"))],
        };
        let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
        let mut written: Vec<_> =
            text.lines().filter_map(|line| line.strip_prefix("pub async fn ")?.split('(').next()).collect();
        let mut run = names.clone();
        written.sort_unstable();
        run.sort_unstable();
        assert_eq!(run, written, "the cases of {suite}");
        // A failure is known by its name alone.
        run.dedup();
        assert_eq!(run.len(), written.len(), "two cases of {suite} have one name");
    }
}

#[tokio::test]
async fn a_known_failure_is_told_apart_and_complained_of_once_it_passes() {
    let suite = || conformance::settings(|| async { MemorySettings::new(clock()) });
    let report = suite().known_failure("null_stays_null", "not yet").known_failure("no_such_case", "").await;
    assert_eq!(report.failure("null_stays_null"), Some("it passes, but stands as a known failure: not yet"));
    assert_eq!(
        report.failure("no_such_case"),
        Some("it stands as a known failure, but there is no such case")
    );
    let panics = || async { panic!("no database") };
    let report =
        conformance::settings::<MemorySettings, _>(panics).known_failure("null_stays_null", "later").await;
    assert_eq!(report.failure("null_stays_null"), None);
    assert_eq!(report.known_failures()[0].reason, "later");
    assert!(report.to_string().contains("\n  null_stays_null (known): later"), "{report}");
}

#[tokio::test]
async fn a_case_runs_alone() {
    let service: Arc<dyn mozaiks_core::settings::SettingsManager> = Arc::new(MemorySettings::new(clock()));
    conformance::settings::a_save_replaces_the_last_one(&service).await;
}

#[tokio::test]
async fn a_report_that_fails_names_the_line_of_the_test() {
    let report = conformance::settings::<MemorySettings, _>(|| async { panic!("no database") }).await;
    let outcome = std::panic::catch_unwind(|| report.assert_passed());
    let panic = outcome.unwrap_err();
    let text = panic.downcast_ref::<String>().unwrap();
    assert!(
        text.starts_with("settings: 0 passed, 26 failed\n  nothing_is_there_at_first: no database"),
        "{text}"
    );
}

#[tokio::test]
async fn cases_that_run_at_once_are_reported_in_their_order() {
    let suite = || conformance::settings(|| async { MemorySettings::new(clock()) });
    let (one, many) = (suite().await, suite().at_once(8).await);
    assert_eq!(one, many);
    assert_eq!(one.passed(), suite().case_names().collect::<Vec<_>>());
}

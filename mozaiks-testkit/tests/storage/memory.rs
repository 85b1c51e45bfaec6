//! The storage in memory passes the suite.

use mozaiks_testkit::conformance;
use mozaiks_testkit::conformance::storage::Subject;
use mozaiks_testkit::storage::MemoryStorage;

/// What is due is gone from memory at once.
fn fresh() -> Subject {
    Subject::from(MemoryStorage::new()).expire_with(|| async {})
}

#[tokio::test]
async fn the_storage_in_memory_passes() {
    let report = conformance::storage(|| async { fresh() }).await;
    report.assert_passed();
    assert_eq!(report.skipped(), []);
    assert!(report.passed().len() >= 250, "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_storage_in_memory_passes_on_threads() {
    conformance::storage(|| async { fresh() }).await.assert_passed();
}

#[tokio::test]
async fn cases_of_expiry_are_skipped_where_nothing_can_be_expired() {
    let report = conformance::storage(|| async { MemoryStorage::new() }).await;
    report.assert_passed();
    let skipped: Vec<_> = report.skipped().iter().map(|skipped| &*skipped.case).collect();
    assert!(skipped.contains(&"a_document_goes_when_its_time_is_over"), "{report}");
    assert!(
        report.to_string().contains("(skipped): the storage was not given with a way to expire"),
        "{report}"
    );
}

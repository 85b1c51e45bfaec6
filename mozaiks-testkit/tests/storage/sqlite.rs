//! The storage in a file passes the suite.

use std::sync::Arc;

use mozaiks_core::storage::Storage;
use mozaiks_testkit::conformance;
use mozaiks_testkit::conformance::storage::Subject;

use crate::backends::Folder;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_storage_in_a_file_passes() {
    let folder = Folder::new();
    let fresh = || async {
        let storage = Arc::new(folder.sqlite());
        let shared: Arc<dyn Storage> = storage.clone();
        Subject::new(shared).expire_with(move || {
            let storage = Arc::clone(&storage);
            async move {
                storage.expire_now().await.unwrap();
            }
        })
    };
    // Most of the time goes by while files are made.
    let report = conformance::storage(fresh).at_once(16).await;
    report.assert_passed();
    assert_eq!(report.skipped(), []);
}

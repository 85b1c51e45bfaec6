//! The storage on a MongoDB server passes the suite, but for what is known of the server.

use mozaiks_testkit::conformance;

use crate::backends::Server;
use crate::known;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_storage_on_a_server_passes() {
    let Some(server) = Server::find().await else { return };
    let mut suite = conformance::storage(|| server.storage());
    for (case, why) in known::of_the_java_server().filter(|_| server.is_java) {
        suite = suite.known_failure(case, why);
    }
    let report = suite.await;
    server.clean().await;
    report.assert_passed();
}

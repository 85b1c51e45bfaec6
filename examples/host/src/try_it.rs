//! Lines for curl, with a token for alice.

use std::io::{self, Write};
use std::net::SocketAddr;

/// Prints them to standard output: they hold a token, which has no place in a log.
pub fn print(address: SocketAddr, token: &str, has_docs: bool) {
    let at = format!("http://{address}");
    let docs = if has_docs { format!("# Browse the API at {at}/api/docs\n") } else { String::new() };
    let printed = writeln!(
        io::stdout(),
        "# Serving at {at}. Try it as alice:

TOKEN={token}
curl -s {at}/api/execute/task_manager/create -H \"Authorization: Bearer $TOKEN\" -d '{{\"title\": \"Milk\"}}' -H 'Content-Type: application/json'
curl -s {at}/api/execute/task_manager/list -H \"Authorization: Bearer $TOKEN\" -d '{{}}' -H 'Content-Type: application/json'
curl -s {at}/api/execute/activity/recent -H \"Authorization: Bearer $TOKEN\" -d '{{}}' -H 'Content-Type: application/json'
{docs}"
    );
    // Whoever has closed standard output does not want to read it; the host serves all the same.
    if let Err(error) = printed.and_then(|()| io::stdout().flush()) {
        tracing::debug!(%error, "the lines to try it with could not be printed");
    }
}

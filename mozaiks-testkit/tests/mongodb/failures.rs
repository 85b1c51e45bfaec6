//! A server that is not there, goes away and comes back; and secrets, which no error tells.

use std::future::poll_fn;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use mongodb::bson::{doc, oid::ObjectId};
use mozaiks_core::DocumentId;
use mozaiks_core::storage::eval::MAX_DOCUMENT_SIZE;
use mozaiks_core::storage::mongodb::MongoStorage;
use mozaiks_core::storage::{Index, NewDocument, Selector, Storage, StorageError, StorageScope};

use crate::ask::{ALICE, conflict, find, get, insert, raw};
use crate::server::{Database, is_stand_in, skip, skip_if, uri, with_database};

#[tokio::test]
async fn a_server_that_is_not_there_is_unavailable_and_says_no_secret() {
    // Nothing listens on a port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let uri = format!("mongodb://somebody:hunter2@127.0.0.1:{port}/shop?serverSelectionTimeoutMS=50");
    let builder = MongoStorage::builder(&uri);
    assert!(!format!("{builder:?}").contains("hunter2"));
    let storage = builder.connect().await.unwrap();
    assert!(!format!("{storage:?}").contains("hunter2"));
    for error in [storage.ping().await.unwrap_err(), insert(&storage, ALICE, "a", doc! {}).await.unwrap_err()]
    {
        assert!(matches!(error, StorageError::Unavailable { .. }), "{error:?}");
        assert!(!format!("{error:?}{error}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn a_connection_string_that_cannot_be_read_is_invalid_and_says_no_secret() {
    for uri in [
        "http://somebody:hunter2@localhost",
        "mongodb://somebody:hunter2@localhost:port",
        "mongodb://somebody:hunter2%@localhost",
        "mongodb://somebody:hunter2@localhost/?w=hunter2&journal=7",
        "hunter2",
    ] {
        let error = MongoStorage::connect(uri).await.unwrap_err();
        assert!(matches!(error, StorageError::Invalid(_)), "{error:?}");
        let secret = if uri.contains('@') { "hunter2" } else { "\0" };
        assert!(!format!("{error:?}").contains(secret), "{error:?}");
    }
}

#[tokio::test]
async fn a_storage_that_was_closed_is_unavailable() {
    with_database(|database| async move {
        let storage = database.storage().await;
        insert(&storage, ALICE, "a", doc! {}).await.unwrap();
        storage.close().await.unwrap();
        storage.close().await.unwrap();
        for refused in [storage.ping().await, insert(&storage, ALICE, "b", doc! {}).await] {
            assert!(matches!(refused, Err(StorageError::Unavailable { .. })), "{refused:?}");
        }
        assert_eq!(find(&database.storage().await, ALICE, doc! {}).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_largest_document_has_room_beside_the_longest_ids() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let long = "x".repeat(256);
        let (around, id) = (raw(&doc! { "text": "" }).as_bytes().len(), "i".repeat(DocumentId::MAX_LENGTH));
        let scope = StorageScope { app_id: &long, user_id: &long, ..ALICE };
        let document = doc! { "text": "x".repeat(MAX_DOCUMENT_SIZE - around) };
        insert(&storage, scope, &*id, document).await.unwrap();
        assert_eq!(find(&storage, scope, doc! {}).await.len(), 1);
    })
    .await;
}

/// A server of its own, which is stopped and started again.
struct Server {
    port: String,
    pid: String,
    file: String,
}

impl Server {
    fn start() -> Self {
        let [uri, pid, file] = launch(&[]);
        Self { port: uri.rsplit_once(':').unwrap().1.to_owned(), pid, file }
    }

    fn stop(&self) {
        assert!(script("stop").arg(&self.pid).status().unwrap().success());
    }

    fn again(&mut self) {
        [_, self.pid, _] = launch(&[&self.port, &self.file]);
    }
}

/// The address, the process and the file of a server that was started.
fn launch(arguments: &[&str]) -> [String; 3] {
    let output = script("start").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let printed = String::from_utf8(output.stdout).unwrap();
    let of = |name: &str| {
        let line = printed.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("no {name} in {printed}")).to_owned()
    };
    ["MONGODB_URI", "MONGODB_PID", "MONGODB_FILE"].map(of)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = script("stop").arg(&self.pid).status();
        for ending in ["", ".log", ".port"] {
            let _ = std::fs::remove_file(format!("{}{ending}", self.file));
        }
    }
}

fn all() -> Selector {
    Selector::Filter(doc! {})
}

fn script(command: &str) -> Command {
    let mut script = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../scripts/mongodb-server"));
    script.arg(command);
    script
}

#[tokio::test]
async fn a_server_that_goes_away_and_comes_back_is_survived() {
    // It is the small server that can be stopped; whoever tests on another need not have it.
    match uri() {
        Some(uri) if skip_if(!is_stand_in(&uri).await, "this server is not ours to stop") => return,
        Some(_) => {}
        None => return,
    }
    if ["java", "mvn"].iter().any(|tool| Command::new(tool).arg("-version").output().is_err()) {
        return skip("there is no java or mvn to start a server with");
    }
    let mut server = Server::start();
    let uri = format!("mongodb://127.0.0.1:{}/?serverSelectionTimeoutMS=3000", server.port);
    let database = Database::new(&uri).await;
    let storage = database.storage().await;
    insert(&storage, ALICE, "before", doc! { "n": 1 }).await.unwrap();

    server.stop();
    let (written, read) =
        futures_util::join!(insert(&storage, ALICE, "between", doc! {}), storage.count(ALICE, all()));
    for refused in [written, read.map(|_| ())] {
        assert!(
            matches!(refused, Err(StorageError::Unavailable { .. } | StorageError::Timeout)),
            "{refused:?}"
        );
    }

    server.again();
    // Each call waits for the server, which has to be found first.
    let back = async { while storage.ping().await.is_err() {} };
    tokio::time::timeout(Duration::from_secs(60), back).await.expect("it is found again");
    assert_eq!(get(&storage, ALICE, "before").await, Some(doc! { "n": 1 }));
    insert(&storage, ALICE, "after", doc! { "n": 2 }).await.unwrap();
    assert_eq!(find(&storage, ALICE, doc! {}).await.len(), 2);
    storage.close().await.unwrap();
}

/// A way to the server that loses the next insertion, after something else has been done.
struct Lossy {
    port: u16,
    armed: Arc<AtomicBool>,
}

impl Lossy {
    fn new(server: String, meanwhile: impl Fn() + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let armed = Arc::new(AtomicBool::new(false));
        let (flag, meanwhile) = (Arc::clone(&armed), Arc::new(meanwhile));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (client, server) = (client.unwrap(), TcpStream::connect(&server).unwrap());
                let (mut back, mut from) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                thread::spawn(move || {
                    let _ = std::io::copy(&mut from, &mut back);
                    let _ = back.shutdown(Shutdown::Both);
                });
                let (flag, meanwhile) = (Arc::clone(&flag), Arc::clone(&meanwhile));
                thread::spawn(move || forward(client, server, &flag, &*meanwhile));
            }
        });
        Self { port, armed }
    }
}

fn forward(mut client: TcpStream, mut server: TcpStream, armed: &AtomicBool, meanwhile: &dyn Fn()) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(read @ 1..) = client.read(&mut bytes) {
        let is_insert = bytes[..read].windows(7).any(|part| part == b"insert\0");
        if is_insert && armed.swap(false, Ordering::SeqCst) {
            meanwhile();
            break;
        }
        if server.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_insertion_whose_end_is_not_known_removes_no_other_of_the_same_id() {
    with_database(|database| async move {
        let Some(server) = database.uri.strip_prefix("mongodb://127.0.0.1:").map(|rest| {
            format!("127.0.0.1:{}", rest.chars().take_while(char::is_ascii_digit).collect::<String>())
        }) else {
            return;
        };
        let direct = Arc::new(database.storage().await);
        let (other, handle) = (Arc::clone(&direct), tokio::runtime::Handle::current());
        // Somebody who tries again, say, and is told that it is done.
        let lossy = Lossy::new(server, move || {
            handle.block_on(insert(&*other, ALICE, "home", doc! { "of": "the second" })).unwrap();
        });
        let uri = format!("mongodb://127.0.0.1:{}/?retryWrites=false", lossy.port);
        let storage = MongoStorage::builder(&uri).database(&database.name).connect().await.unwrap();
        assert!(find(&storage, ALICE, doc! {}).await.is_empty());
        lossy.armed.store(true, Ordering::SeqCst);
        let lost = insert(&storage, ALICE, "home", doc! { "of": "the first" }).await.unwrap_err();
        assert!(matches!(lost, StorageError::Unavailable { .. }), "{lost:?}");
        assert_eq!(find(&*direct, ALICE, doc! { "of": "the second" }).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_insertion_that_nobody_waits_for_is_of_all_or_none() {
    with_database(|database| async move {
        let storage = database.storage().await;
        let slugs = [Index::new("items", [("slug", 1)]).unique()];
        storage.create_indexes("notes", &slugs).await.unwrap();
        insert(&storage, ALICE, "taken", doc! { "slug": "taken" }).await.unwrap();
        let many = |last: &str| {
            let names = (0..50).map(|number| number.to_string()).chain([last.to_owned()]);
            let new = |slug| NewDocument::generated(ObjectId::new(), raw(&doc! { "slug": slug }));
            names.map(new).collect::<Vec<_>>()
        };
        // It is given up at each of the points at which it waits, as when the time of an action is over.
        for points in 1.. {
            let mut left = points;
            let mut call = storage.insert(ALICE, many("taken"));
            let given_up = poll_fn(|context| match call.as_mut().poll(context) {
                Poll::Ready(done) => Poll::Ready(Some(done)),
                Poll::Pending if left == 0 => Poll::Ready(None),
                Poll::Pending => {
                    left -= 1;
                    Poll::Pending
                }
            });
            let ended = given_up.await;
            drop(call);
            // One that ends well comes after it, since its values would be taken.
            let mut tries = 0;
            while let Err(error) = storage.insert(ALICE, many("last")).await {
                assert_eq!(conflict(Err::<(), _>(error)), "slug");
                tries += 1;
                assert!(tries < 100, "a part of the insertion stayed");
            }
            assert_eq!(find(&storage, ALICE, doc! {}).await.len(), 52);
            let rest = Selector::Filter(doc! { "slug": { "$ne": "taken" } });
            assert_eq!(storage.delete(ALICE, rest, true).await.unwrap(), 51);
            if let Some(ended) = ended {
                assert_eq!(conflict(ended), "slug");
                break;
            }
        }
    })
    .await;
}

//! What documents cost, each storage beside its yardstick: `cargo bench -p mozaiks-testkit --bench storage`.
//!
//! 100,000 documents of about 300 bytes, of 1,000 users, or as many as `STORAGE_DOCUMENTS` says: several numbers with
//! commas between them, to see what a figure is beside itself (`STORAGE_DOCUMENTS=100000,1000000`). What is measured:
//! inserting a document, getting one by id, a page of the 20 newest of a user's 100 with their number, setting one
//! field, counting a user's documents; alone, and by 32 tasks at once.
//!
//! - Memory stands beside a map written by hand: `RwLock<HashMap<String, BTreeMap<ObjectId, Vec<u8>>>>`, of the
//!   collections' keys to documents as bytes. It does what a person would write: the four texts of a key put together,
//!   a lookup, an owned copy of the bytes, and for a field a document decoded, changed and encoded. It is called
//!   directly, with no trait and no boxed future in between.
//! - SQLite stands beside `rusqlite` with one table, prepared statements and the same durability, one commit for each
//!   write; so the writes of many at once show what it is worth to commit them together. `STORAGE_FOLDER` says where
//!   the files are; else they are where the build is.
//! - MongoDB stands beside the driver alone, on the server that `MONGODB_URI` names.
//!
//! `STORAGE_BACKENDS` says which of them (`memory,sqlite,mongodb`).
//!
//! A storage is called through the trait, `Arc<dyn Storage>`, with a scope and a query. Rounds of the two are
//! interleaved, and the figures are medians; the ratio is the yardstick's time in that of the storage, above 1 where
//! the storage is faster. The goals stand beside it; nothing fails if one is missed, for a machine may be busy with
//! something else.

// A bench prints, and ends where something is not as expected.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
// Numbers of documents are far below where a cast loses anything.
#![allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)]
#![allow(clippy::cast_possible_wrap, clippy::cast_sign_loss)]

mod bare_mongodb;
mod bare_sqlite;
mod by_hand;
mod contender;
mod data;
mod folder;
mod measure;
mod spi;

use std::collections::BTreeMap;

use bare_mongodb::BareMongodb;
use bare_sqlite::BareSqlite;
use by_hand::Map;
use data::Data;
use measure::{Figure, Goals, compare};
use spi::Spi;

/// How fast memory is to be beside the map.
const MEMORY: Goals = Goals::all(0.7);
/// How fast SQLite is to be beside itself.
const SQLITE: Goals = Goals { alone: 0.8, reads: 0.8, writes: 10.0 };
/// How fast MongoDB is to be beside its driver.
const MONGODB: Goals = Goals::all(0.95);

/// Nanoseconds by what was measured, one for each size.
type Figures = BTreeMap<String, Vec<f64>>;

fn main() {
    let sizes = std::env::var("STORAGE_DOCUMENTS").unwrap_or_else(|_| "100000".to_owned());
    let sizes = sizes.split(',').map(|size| size.trim().parse().expect("STORAGE_DOCUMENTS is a number"));
    let only = std::env::var("STORAGE_BACKENDS").unwrap_or_else(|_| "memory,sqlite,mongodb".to_owned());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let mut figures = Figures::new();
    for size in sizes {
        let data = Data::new(size);
        println!("\n{size} documents of {} users, {} bytes each", data.users.len(), data.document_size());
        if only.contains("memory") {
            remember(&mut figures, compare(&runtime, Spi::memory(), Map::default(), &data, MEMORY));
        }
        if only.contains("sqlite") {
            remember(&mut figures, compare(&runtime, Spi::sqlite(), BareSqlite::new(), &data, SQLITE));
        }
        match std::env::var("MONGODB_URI") {
            Ok(uri) if only.contains("mongodb") => {
                let (storage, bare) = runtime.block_on(async {
                    let database = bare_mongodb::database(&uri, "mozaiks").await;
                    (Spi::mongodb(database, &uri).await, BareMongodb::new(&uri).await)
                });
                remember(&mut figures, compare(&runtime, storage, bare, &data, MONGODB));
            }
            _ => println!("\nMongoDB is left out: MONGODB_URI names no server"),
        }
    }
    for (name, figures) in figures.iter().filter(|(_, figures)| figures.len() > 1) {
        let (first, last) = (figures[0], figures[figures.len() - 1]);
        println!("{name}: {:.2} of itself at the first size (goal 1.30)", last / first);
    }
}

fn remember(figures: &mut Figures, new: Vec<Figure>) {
    for Figure { name, nanoseconds } in new {
        figures.entry(name).or_default().push(nanoseconds);
    }
}

//! The storage in a file: what it promises beside the contract of all storages.

mod backups;
mod cancelling;
mod closing;
mod documents;
mod groups;
mod ids;
mod indexes;
mod no_room;
mod opening;
mod support;

//! What every macro here needs: attributes read with all their mistakes, doc comments, the path of the core.

pub(crate) mod args;
pub(crate) mod crate_path;
pub(crate) mod docs;
mod mistakes;
mod nearest;

pub(crate) use mistakes::Mistakes;
pub(crate) use nearest::{did_you_mean, nearest};

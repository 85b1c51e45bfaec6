//! Mozaiks: write a plugin once, and every user has their own.

pub mod storage;

//! Where files are: on the disk that a build is on, for a temporary folder may be in memory.

use std::path::PathBuf;

/// A folder of its own, removed with everything in it.
pub struct Folder(PathBuf);

impl Folder {
    /// In `STORAGE_FOLDER`, if that is set.
    pub fn new(name: &str) -> Self {
        let parent =
            std::env::var("STORAGE_FOLDER").unwrap_or_else(|_| env!("CARGO_TARGET_TMPDIR").to_owned());
        let folder = PathBuf::from(parent).join(format!("storage-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    pub fn file(&self) -> PathBuf {
        self.0.join("documents.sqlite")
    }

    /// How large the file is.
    pub fn size(&self) -> u64 {
        std::fs::metadata(self.file()).expect("the file").len()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the next build's to remove.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

//! The secret that a host makes for itself and finds again.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::sync::{Arc, Barrier};
use std::thread;

use mozaiks_core::Clock;
use mozaiks_core::auth::{JwtOptions, JwtSecret, JwtSecretError, JwtSigner, NewToken};

use crate::clock::TestClock;
use crate::{ask, assert_invalid, assert_user};

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("mozaiks-auth-{}", bson::oid::ObjectId::new()));
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn secret(&self) -> PathBuf {
        self.0.join("secret")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

/// True if what one signs, the other takes.
fn are_same(one: &JwtSecret, other: &JwtSecret) -> bool {
    let clock = TestClock::default();
    let token = JwtSigner::new(one).sign(&NewToken::new("alice"), clock.now()).unwrap();
    let users = JwtOptions::new("shop").clock(Arc::new(clock)).with_secret(other).unwrap();
    ask(&users, &token).is_ok()
}

#[test]
fn it_is_made_once_and_the_same_after_a_restart() {
    let folder = Folder::new();
    let made = JwtSecret::load_or_create(folder.secret()).unwrap();
    let text = fs::read_to_string(folder.secret()).unwrap();
    assert!(are_same(&made, &JwtSecret::load_or_create(folder.secret()).unwrap()));
    assert_eq!(fs::read_to_string(folder.secret()).unwrap(), text);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing else is left");

    // 32 bytes as a text, which is the secret as it stands, wherever it is given.
    let text = text.strip_suffix('\n').unwrap();
    assert_eq!(text.len(), 43);
    assert!(text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'));
    assert!(are_same(&made, &JwtSecret::new(text).unwrap()));
}

#[test]
fn no_two_are_the_same() {
    let (one, other) = (Folder::new(), Folder::new());
    let one = JwtSecret::load_or_create(one.secret()).unwrap();
    assert!(!are_same(&one, &JwtSecret::load_or_create(other.secret()).unwrap()));
    assert!(!are_same(&one, &JwtSecret::generate().unwrap()));
}

#[test]
fn its_owner_alone_can_read_it() {
    let folder = Folder::new();
    JwtSecret::load_or_create(folder.secret()).unwrap();
    let mode = fs::metadata(folder.secret()).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{mode:o}");
    for mode in [0o640, 0o604, 0o620, 0o602, 0o644, 0o666, 0o777] {
        fs::set_permissions(folder.secret(), fs::Permissions::from_mode(mode)).unwrap();
        let error = JwtSecret::load_or_create(folder.secret()).unwrap_err();
        assert!(matches!(error, JwtSecretError::Exposed { mode: found, .. } if found == mode), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
    fs::set_permissions(folder.secret(), fs::Permissions::from_mode(0o400)).unwrap();
    JwtSecret::load_or_create(folder.secret()).unwrap();
}

#[test]
fn processes_that_start_at_once_share_it() {
    let folder = Folder::new();
    let barrier = Arc::new(Barrier::new(8));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (path, barrier) = (folder.secret(), Arc::clone(&barrier));
            thread::spawn(move || {
                barrier.wait();
                JwtSecret::load_or_create(path).unwrap()
            })
        })
        .collect();
    let secrets: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
    assert!(secrets.iter().all(|secret| are_same(secret, &secrets[0])));
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn one_that_is_too_short_or_cut_off_is_refused() {
    let folder = Folder::new();
    for text in ["", "\n", "short", &format!("{}   \n", "x".repeat(31))] {
        fs::write(folder.secret(), text).unwrap();
        fs::set_permissions(folder.secret(), fs::Permissions::from_mode(0o600)).unwrap();
        let error = JwtSecret::load_or_create(folder.secret()).unwrap_err();
        assert!(matches!(error, JwtSecretError::TooShort(length) if length == text.trim().len()), "{error}");
        assert_eq!(fs::read_to_string(folder.secret()).unwrap(), text, "it is not replaced");
    }
}

#[test]
fn a_place_that_cannot_be_used_is_named() {
    let folder = Folder::new();
    let nowhere = folder.0.join("missing/secret");
    let error = JwtSecret::load_or_create(&nowhere).unwrap_err();
    assert!(matches!(&error, JwtSecretError::File { path, .. } if *path == nowhere), "{error}");
    assert!(error.to_string().contains("missing/secret"), "{error}");

    fs::create_dir(folder.secret()).unwrap();
    fs::set_permissions(folder.secret(), fs::Permissions::from_mode(0o700)).unwrap();
    assert!(matches!(JwtSecret::load_or_create(folder.secret()), Err(JwtSecretError::File { .. })));

    // A link that leads nowhere is nobody's to fill.
    let link = folder.0.join("link");
    symlink(folder.0.join("target"), &link).unwrap();
    assert!(matches!(JwtSecret::load_or_create(&link), Err(JwtSecretError::File { .. })));
    assert!(!folder.0.join("target").exists());
}

#[test]
fn a_secret_of_32_bytes_is_enough_and_one_less_is_not() {
    assert!(matches!(JwtSecret::new([7; 31]), Err(JwtSecretError::TooShort(31))));
    let clock = TestClock::default();
    let secret = JwtSecret::new([7; 32]).unwrap();
    let users = JwtOptions::new("shop").clock(Arc::new(clock.clone())).with_secret(&secret).unwrap();
    let token = JwtSigner::new(&secret).sign(&NewToken::new("alice"), clock.now()).unwrap();
    assert_user(&ask(&users, &token), "alice");
    let other =
        JwtSigner::new(&JwtSecret::new([8; 32]).unwrap()).sign(&NewToken::new("alice"), clock.now()).unwrap();
    assert_invalid(&ask(&users, &other), "signature");
}

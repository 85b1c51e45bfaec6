//! The secret of local use: what tokens are signed and verified with.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// The fewest bytes of a secret.
pub const MIN_SECRET_LENGTH: usize = 32;

/// The most bytes that are read of a file.
const MAX_FILE: u64 = 64 * 1024;

/// A secret that tokens are signed and verified with. It shows itself nowhere, and is wiped from memory in the end.
///
/// ```
/// use mozaiks_core::auth::JwtSecret;
///
/// let secret = JwtSecret::new("correct horse battery staple, and some more").unwrap();
/// assert_eq!(format!("{secret:?}"), "JwtSecret(..)");
/// assert!(JwtSecret::new("short").is_err());
/// ```
#[derive(Clone)]
pub struct JwtSecret(Zeroizing<Vec<u8>>);

/// Why there is no secret. It never holds one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JwtSecretError {
    /// It has fewer than [`MIN_SECRET_LENGTH`] bytes.
    #[error("the secret has {0} bytes, and needs at least {MIN_SECRET_LENGTH}")]
    TooShort(usize),
    /// Others on the machine may read or write its file.
    #[error("the secret in {} may be read or written by others (mode {mode:03o}): chmod 600 it", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// Its file cannot be read or written.
    #[error("the secret in {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system has no random numbers.
    #[error("the system gave no random numbers")]
    Random,
}

impl JwtSecret {
    /// A secret of one's own: its bytes as they are, at least [`MIN_SECRET_LENGTH`] of them.
    ///
    /// # Errors
    /// [`JwtSecretError::TooShort`].
    pub fn new(secret: impl AsRef<[u8]>) -> Result<Self, JwtSecretError> {
        let secret = secret.as_ref();
        if secret.len() < MIN_SECRET_LENGTH {
            return Err(JwtSecretError::TooShort(secret.len()));
        }
        Ok(Self(Zeroizing::new(secret.to_vec())))
    }

    /// A new one: 32 random bytes of the system's, as a text of 43 characters.
    ///
    /// # Errors
    /// [`JwtSecretError::Random`].
    pub fn generate() -> Result<Self, JwtSecretError> {
        let mut bytes = Zeroizing::new([0; 32]);
        SystemRandom::new().fill(&mut *bytes).map_err(|_| JwtSecretError::Random)?;
        Ok(Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes).into_bytes())))
    }

    /// The secret in a file, which is made with a new one if it is not there: the same after a restart.
    ///
    /// The secret is the text of the file without the white space around it, so that it can be given elsewhere as it
    /// stands. The file is there as a whole or not at all, also for several processes that make it at the same time.
    /// On Unix nobody but its owner may have access to it (mode 0600); a secret that others can read is none, and is
    /// refused rather than used. The folder must exist.
    ///
    /// # Errors
    /// [`JwtSecretError`].
    pub fn load_or_create(path: impl AsRef<Path>) -> Result<Self, JwtSecretError> {
        let path = path.as_ref();
        let failed = |source| JwtSecretError::File { path: path.to_owned(), source };
        match File::open(path) {
            Ok(file) => return Self::read(path, file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(error)),
        }
        match create(path, &Self::generate()?) {
            Ok(()) => {}
            // Another process was faster: its secret is the one.
            Err(CreateError::Io(error)) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(CreateError::Io(error)) => return Err(failed(error)),
            Err(CreateError::Random) => return Err(JwtSecretError::Random),
        }
        Self::read(path, File::open(path).map_err(failed)?)
    }

    fn read(path: &Path, file: File) -> Result<Self, JwtSecretError> {
        #[cfg(unix)]
        check_mode(path, &file)?;
        let mut text = Zeroizing::new(Vec::new());
        file.take(MAX_FILE)
            .read_to_end(&mut text)
            .map_err(|source| JwtSecretError::File { path: path.to_owned(), source })?;
        Self::new(text.trim_ascii())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for JwtSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JwtSecret(..)")
    }
}

#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), JwtSecretError> {
    use std::os::unix::fs::PermissionsExt;

    let metadata =
        file.metadata().map_err(|source| JwtSecretError::File { path: path.to_owned(), source })?;
    let mode = metadata.permissions().mode() & 0o777;
    let of_others = mode & 0o077;
    if of_others == 0 { Ok(()) } else { Err(JwtSecretError::Exposed { path: path.to_owned(), mode }) }
}

enum CreateError {
    Io(io::Error),
    Random,
}

impl From<io::Error> for CreateError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Writes the file beside its place and gives it its name when it is whole, unless there is one by then.
fn create(path: &Path, secret: &JwtSecret) -> Result<(), CreateError> {
    let mut random = [0; 12];
    SystemRandom::new().fill(&mut random).map_err(|_| CreateError::Random)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}", URL_SAFE_NO_PAD.encode(random)));
    let draft = path.with_file_name(name);
    let written = write(&draft, secret).and_then(|()| fs::hard_link(&draft, path));
    // A draft that cannot be removed is a secret that nobody uses, readable by its owner alone.
    let removed = fs::remove_file(&draft);
    written?;
    if let Err(error) = removed {
        tracing::warn!("a draft of the secret could not be removed: {error}");
    }
    Ok(())
}

fn write(draft: &Path, secret: &JwtSecret) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    file.write_all(secret.bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

//! A digest of losses, to compare them by eye or by post.

use super::Scalar;
use hmac_sha256::Hash;
use serde::{Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// The SHA-256 of losses: of their little-endian bytes, in the run's own dtype. NumPy's
/// `hashlib.sha256(np.array(losses, dtype=np.float32).tobytes()).hexdigest()` is the same. A NaN has the bits that it was
/// computed with, which may differ from machine to machine.
///
/// As text it is `sha256:` and the first 16 hex digits; in JSON it is all 64.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 32]);

/// The first hex digits of a digest, as someone hands them on: 16 to 64, of either case, with or without `sha256:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prefix(String);

impl Digest {
    /// Of these losses, one a step.
    pub fn of<T: Scalar>(losses: &[T]) -> Digest {
        let mut hash = Hash::new();
        for some in losses.chunks(4096) {
            hash.update(T::to_le_bytes(some));
        }
        Digest(hash.finalize())
    }

    /// All 64 hex digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether its first digits are these.
    pub fn begins_with(&self, prefix: &Prefix) -> bool {
        self.hex().starts_with(&prefix.0)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "sha256:{:.16}", self.hex())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.hex())
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{self:?}"))
    }
}

impl FromStr for Prefix {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Prefix, &'static str> {
        let text = text.to_lowercase();
        let hex = text.strip_prefix("sha256:").unwrap_or(&text);
        let is_hex = (16..=64).contains(&hex.len()) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_hex
            .then(|| Prefix(hex.to_owned()))
            .ok_or("expected 16 to 64 hex digits, with or without sha256: before them")
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "sha256:{}", self.0)
    }
}

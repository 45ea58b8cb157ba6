//! A newer zip, under the names of zip 0.6.

pub use newer::*;

/// What is written, and how.
pub mod write {
    pub use newer::write::{SimpleFileOptions, SimpleFileOptions as FileOptions};
}

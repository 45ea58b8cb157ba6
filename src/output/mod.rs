//! Files that are never half-written: a folder of results, and the formats of arrays.
//! May import `experiment`.

pub(crate) mod array_file;
pub(crate) mod cleanup;
pub mod folder;

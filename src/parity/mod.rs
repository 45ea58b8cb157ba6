//! The same run elsewhere, compared bit by bit: in a Python process, in a file of losses, in a record.
//! May import `by_hand`, `descent`, `experiment`, `libtorch` and `output`.

pub(crate) mod account;
pub mod compare;
pub(crate) mod cross_check;
pub(crate) mod diagnosis;
pub mod kernels;
pub mod known_digests;
pub mod loss_file;
pub(crate) mod printed_digits;
pub mod pytorch;

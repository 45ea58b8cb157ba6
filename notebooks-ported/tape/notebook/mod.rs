//! The notebook on the tape: the port and the printing are the main package's files; the page is a short one.

#[path = "../../matrix_inverse.rs"]
pub mod matrix_inverse;
pub mod page;
pub mod picture;
#[path = "../../../src/notebook/printing/mod.rs"]
pub mod printing;
pub mod recorded;

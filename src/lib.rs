//! A PyTorch notebook that inverts a 4×4 matrix by gradient descent, ported to Rust with [`tch`](https://docs.rs/tch) and
//! checked: the numbers that it printed, and each loss against PyTorch's, bit by bit.
//!
//! In a reader's order:
//!
//! - [`notebook`]: the port, cell by cell; the page that it writes on; the 266 printed numbers and the check against them.
//! - [`experiment`]: the settings of a run on any matrix, and the trajectory that a run leaves. Plain data.
//! - [`descent`]: runs on libtorch.
//! - [`libtorch`]: which libtorch is loaded and how it sums products; [`libtorch::Libtorch`] must be had before it computes.
//! - [`theory`]: which learning rate and momentum are stable, which are best, and how fast a run converges.
//! - [`by_hand`]: the same loop without libtorch, with the order of each sum as a parameter; and a run for every pair of
//!   learning rate and momentum, many side by side.
//! - [`parity`]: PyTorch's runs, live or recorded, compared with ours.
//! - [`plots`]: the pictures, as SVG and PNG.
//! - [`report`]: what each command found out, as text, JSON and an HTML page.
//! - [`output`]: files that are never left half-written.
//! - [`cli`]: the command line of `reproduce`.
//!
//! # A run, and the same run by hand
//!
//! ```
//! use inverse_by_descent::by_hand::{self, Kernels, witness::with_problem};
//! use inverse_by_descent::descent::descend;
//! use inverse_by_descent::experiment::{Experiment, Matrix};
//! use inverse_by_descent::libtorch::Libtorch;
//! use std::ops::ControlFlow::Continue;
//!
//! let experiment = Experiment {
//!     matrix: Matrix::Diagonal(vec![1.0, 2.0]),
//!     size: 2,
//!     learning_rate: 0.8,
//!     momentum: 0.1,
//!     steps: 100,
//!     ..Experiment::default() // the notebook's first run
//! };
//! let libtorch = Libtorch::settle(None)?;
//! let run = descend::<f32>(libtorch, &experiment, |_step, _loss| Continue(()))?;
//! for (entry, of_the_inverse) in run.parameter.iter().zip([1.0, 0.0, 0.0, 0.5]) {
//!     assert!((entry - of_the_inverse).abs() < 1e-6);
//! }
//! let by_hand = with_problem::<f32, _>(libtorch, &experiment, |problem| {
//!     by_hand::run(problem, Kernels::Notebook, experiment.steps)
//! })?;
//! assert_eq!(run.parameter, by_hand.parameter); // the matrix is diagonal: every order of summation gives the same
//! # anyhow::Ok(())
//! ```
#![warn(missing_docs)]

pub mod notebook;
pub mod experiment;
pub mod descent;
pub mod libtorch;
pub mod theory;
pub mod by_hand;
pub mod parity;
pub mod plots;
pub mod report;
pub mod output;
pub mod cli;

//! A PyTorch notebook that inverts a 4×4 matrix by gradient descent, ported to Rust with [`tch`](https://docs.rs/tch).
//!
//! # The port
//!
//! [`matrix_inverse`] is the notebook, cell by cell; it writes what the cells show on a [`transcript::Page`]. The same loop
//! on any matrix with any settings is [`descent::descend`] of an [`experiment::Experiment`]; it leaves a
//! [`trajectory::Trajectory`].
//!
//! ```
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
//!     ..Experiment::default()
//! };
//! let libtorch = Libtorch::settle(None)?;
//! let run = descend::<f32>(libtorch, &experiment, |_step, _loss| Continue(()))?;
//! for (entry, of_the_inverse) in run.parameter.iter().zip([1.0, 0.0, 0.0, 0.5]) {
//!     assert!((entry - of_the_inverse).abs() < 1e-6);
//! }
//! # anyhow::Ok(())
//! ```
//!
//! [`landscape`] takes many such runs at once, in one batched graph; [`device`] says on what a run is computed, [`memory`]
//! whether it fits.
//!
//! # The checks
//!
//! [`printed`] holds the 266 numbers that the notebook printed and checks a page against them, as text that
//! [`printing`] writes the way PyTorch and NumPy do. [`arithmetic`] has libtorch sum products as the notebook's machine
//! did; [`libtorch`] is the foreign-function edge for that.
//!
//! # The comparison
//!
//! [`by_hand`] is the loop without libtorch, with the order of each sum as a parameter: [`trees`], which [`witness`] reads off
//! libtorch. [`pytorch`] runs the same experiments in a Python process, [`cross_check`] both at the same time, and
//! [`parity`] compares two trajectories bit by bit. [`grid`] draws experiments at random, to look for a difference.
//!
//! ```
//! use inverse_by_descent::by_hand::{self, Kernels};
//! use inverse_by_descent::descent::descend;
//! use inverse_by_descent::experiment::Experiment;
//! use inverse_by_descent::by_hand::witness::with_problem;
//! use inverse_by_descent::libtorch::Libtorch;
//! use std::ops::ControlFlow::Continue;
//!
//! let experiment = Experiment { steps: 300, ..Experiment::default() }; // the notebook's first run
//! let libtorch = Libtorch::settle(None)?;
//! let autograd = descend::<f32>(libtorch, &experiment, |_step, _loss| Continue(()))?;
//! let by_hand = with_problem::<f32, _>(libtorch, &experiment, |problem| {
//!     by_hand::run(problem, Kernels::Notebook, experiment.steps)
//! })?;
//! assert_eq!(autograd.parameter, by_hand.parameter); // for a diagonal matrix in whatever order libtorch sums
//! # anyhow::Ok(())
//! ```
//!
//! # Theory
//!
//! [`theory`] says which learning rate and momentum are stable, which are best and how fast a run converges;
//! [`contraction`] measures that on a run's losses, and [`distance`] how far the parameter is from the inverse.
//! [`trace`] writes the first steps out as at the board, [`snapshots`] looks at a run at chosen steps, and [`idioms`] holds
//! the pairs of programs that teach autograd.
//!
//! # The command line
//!
//! [`cli`] is `reproduce`; `reproduce --help` lists its commands. [`matrix_file`] and [`loss_file`] read what a user hands
//! in. [`report`] renders results, [`plots`] draws, [`array_file`] and [`files`] write, and [`environment`] tells what a run
//! was computed with. [`evcxr`] shows a picture in the Rust notebook.
#![warn(missing_docs)]

pub mod by_hand;
pub mod cli;
pub mod descent;
pub mod experiment;
pub mod libtorch;
pub mod notebook;
pub mod output;
pub mod parity;
pub mod plots;
pub mod report;
pub mod theory;

//! The modules of the library that read files, without those that need libtorch: built in seconds, also with sanitizers.
//! Under Miri, which can't call libtorch, the loop by hand too.
#![allow(dead_code, reason = "what isn't read isn't used here")]

extern crate self as inverse_by_descent;

pub mod readers;

#[path = "../../src/experiment/mod.rs"]
pub mod experiment;

#[path = "../../src/output"]
pub mod output {
    mod cleanup;
    pub mod folder;
}

#[path = "../../src/parity"]
pub mod parity {
    pub mod loss_file;

    pub mod pytorch {
        mod python_runs;
        pub use python_runs::{PythonRun, PythonRuns};
    }
}

#[path = "../../src/notebook"]
pub mod notebook {
    pub mod printed;

    /// Stands for the page, which holds tensors.
    pub mod page {
        pub struct Page {
            pub cells: Vec<Cell>,
        }

        pub struct Cell {
            pub cell: String,
            pub outputs: Vec<Output>,
        }

        pub enum Output {
            Text(Text),
            Picture,
        }

        pub struct Text {
            pub name: String,
            pub numbers: Vec<String>,
            pub columns: usize,
        }
    }
}

#[cfg(miri)]
#[path = "../../src/by_hand/mod.rs"]
pub mod by_hand;

/// Stands for the runs on libtorch.
#[cfg(miri)]
pub mod descent {
    pub trait Steps<T> {
        fn step(&mut self) -> anyhow::Result<T>;
        fn parameter(&self) -> anyhow::Result<Vec<T>>;
        fn gradient(&self) -> anyhow::Result<Vec<T>>;
    }
}

//! The notebook's runs as PyTorch computed them when they were recorded, for machines without PyTorch.

use super::PythonRuns;
use crate::experiment::Experiment;
use crate::experiment::trajectory::Course;
use crate::libtorch::Arithmetic;
use crate::parity::compare::series;
use anyhow::{Context, Result, bail};
use serde::Serialize;

/// What `src/parity/pytorch/recorded/record.py` recorded, in notebook arithmetic: the notebook's four runs first, then others.
///
/// # Errors
/// When that file was damaged.
pub fn recorded() -> Result<PythonRuns> {
    PythonRuns::read(include_bytes!("recorded/notebook_arithmetic.json"))
        .context("src/parity/pytorch/recorded/notebook_arithmetic.json")
}

/// How losses computed now compare with PyTorch's recorded ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgainstRecorded {
    /// The version of PyTorch that the record comes from.
    pub torch: String,
    /// How many losses were compared.
    pub losses: usize,
    /// How many are equal to the bit.
    pub equal: usize,
}

impl AgainstRecorded {
    /// Compares the losses of the notebook's four runs, in their order. `None` where they were computed in another
    /// arithmetic than the recorded ones.
    ///
    /// # Errors
    /// When the record was damaged, or a run is missing.
    pub fn of(runs: &[&[f32]], arithmetic: Arithmetic) -> Result<Option<AgainstRecorded>> {
        if arithmetic != Arithmetic::Notebook {
            return Ok(None);
        }
        let PythonRuns { environment, runs: recorded } = recorded()?;
        let mut against = AgainstRecorded { torch: environment.torch, losses: 0, equal: 0 };
        for (k, (name, experiment)) in Experiment::of_the_notebook().into_iter().enumerate() {
            let theirs = recorded.get(k).filter(|run| run.experiment == experiment).map(|run| &run.course);
            let (Some(ours), Some(Course::F32(theirs))) = (runs.get(k), theirs) else {
                bail!("{name} wasn't computed, or isn't in the record as run {k}");
            };
            let compared = series(ours, &theirs.losses);
            against.losses += compared.count;
            against.equal += compared.equal;
        }
        Ok(Some(against))
    }

    /// Whether every loss is equal.
    pub fn holds(&self) -> bool {
        self.equal == self.losses
    }
}

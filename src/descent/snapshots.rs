//! A run at chosen steps: where the parameter stood, and how far each eigenvalue of the Hessian still had to go.

use crate::descent::Steps;
use crate::experiment::{Dtype, Experiment};
use crate::libtorch::square;
use crate::theory::{Spectrum, rate};
use anyhow::Result;
use serde::Serialize;
use tch::{Device, Kind, Tensor, no_grad};

/// A run before one of its steps.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Snapshot {
    /// The step, from 0.
    pub step: usize,
    /// The loss before that step.
    pub loss: f32,
    /// The residual R·M − I, the notebook's "difference": n×n, row by row.
    pub difference: Vec<f32>,
}

/// The error of a run along each eigenvector of the Hessian, step by step, beside what theory says of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EigenvalueErrors {
    /// λ_i = (2/n²) σ_i², in descending order.
    pub eigenvalues: Vec<f64>,
    /// The factor by which theory expects each error to shrink a step: [`rate`].
    pub rates: Vec<f64>,
    /// For each eigenvalue, the error before each step from 0: `‖(R − M⁻¹) u_i‖`, over all rows of R.
    pub errors: Vec<Vec<f64>>,
}

/// The steps from 0 to `last` that a film shows: all of the first ones, then `a_decade` in each power of ten, evenly on a
/// logarithmic scale; and each multiple of `also`.
pub fn logarithmic_steps(last: usize, a_decade: usize, also: usize) -> Vec<usize> {
    let log = (0..).map(|k| 10_f64.powf(f64::from(k) / a_decade as f64).round() as usize);
    let mut steps: Vec<usize> = log.take_while(|&step| step <= last).collect();
    steps.extend((0..=last).step_by(also));
    steps.sort_unstable();
    steps.dedup();
    steps
}

/// Takes the steps of a run that inverts `matrix`, in f32, and looks at it before each of `steps`, which ascend.
pub fn take(run: &mut dyn Steps<f32>, matrix: &Tensor, steps: &[usize]) -> Result<Vec<Snapshot>> {
    let n = matrix.size2()?.0;
    let identity = Tensor::f_eye(n, (Kind::Float, Device::Cpu))?;
    let mut snapshots = vec![];
    let mut next = 0;
    for &step in steps {
        for _ in next..step {
            run.step()?;
        }
        let parameter = square(&run.parameter()?, n as usize)?;
        let difference = parameter.f_matmul(matrix)?.f_sub(&identity)?;
        snapshots.push(Snapshot { step, loss: run.step()?, difference: Vec::try_from(difference.f_flatten(0, -1)?)? });
        next = step + 1;
    }
    Ok(snapshots)
}

/// Takes `steps` steps of a run of `experiment`, in f32, and splits its error along the eigenvectors of the Hessian.
///
/// With M = U Σ Vᵀ the Hessian of each row of R is H = (2/n²) U Σ² Uᵀ, so that u_i, the columns of U, are its eigenvectors,
/// and (R − M⁻¹) U = R U − V Σ⁻¹.
pub fn eigenvalue_errors(
    run: &mut dyn Steps<f32>,
    experiment: &Experiment,
    matrix: &Tensor,
    steps: usize,
) -> Result<EigenvalueErrors> {
    let (u, sigma, v) = no_grad(|| matrix.f_to_kind(Kind::Double)?.f_svd(true, true))?;
    let target = v.f_div(&sigma)?;
    let spectrum = Spectrum { singular_values: Vec::try_from(sigma)?, dtype: Dtype::F32 };
    let eigenvalues = spectrum.eigenvalues();
    let mut errors = vec![vec![]; experiment.size];
    for _ in 0..steps {
        let parameter = square(&run.parameter()?, experiment.size)?;
        let error = parameter.f_to_kind(Kind::Double)?.f_matmul(&u)?.f_sub(&target)?;
        let lengths = error.f_square()?.f_sum_dim_intlist([0].as_slice(), false, Kind::Double)?;
        for (errors, length) in errors.iter_mut().zip(Vec::<f64>::try_from(lengths.f_sqrt()?)?) {
            errors.push(length);
        }
        run.step()?;
    }
    let rates = eigenvalues.iter().map(|lambda| rate(experiment.learning_rate * lambda, experiment.momentum)).collect();
    Ok(EigenvalueErrors { eigenvalues, rates, errors })
}

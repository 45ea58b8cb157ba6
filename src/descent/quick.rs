//! The notebook's step with fewer and cheaper calls of libtorch, the same to the bit.

use crate::descent::{Start, Steps};
use crate::experiment::{Experiment, Scalar};
use crate::libtorch::{flat, kind, scalar};
use crate::notebook::mse;
use anyhow::Result;
use std::marker::PhantomData;
use tch::{Device, Reduction, Tensor};

/// A run through libtorch's autograd, between two steps, whose gradient is [`Scaled`](crate::experiment::Gradient::Scaled).
///
/// It differs from the port's step, [`Descent`](crate::descent::Descent), in what is called, not in what is computed:
/// `mse_loss` is one operation instead of three, the learning rate and the momentum are tensors of the dtype already, and
/// the handles on the parameter's values and its gradient are kept, on which operations need no `no_grad`.
pub struct Quick<T> {
    matrix: Tensor,
    identity: Tensor,
    parameter: Tensor,
    /// The parameter's values, outside the graph.
    values: Tensor,
    /// Undefined before the first step.
    gradient: Tensor,
    learning_rate: Tensor,
    momentum: Tensor,
    /// Room for the learning rate times the gradient.
    change: Tensor,
    /// Whether a loss wasn't finite.
    diverged: bool,
    dtype: PhantomData<T>,
}

impl<T: Scalar> Quick<T> {
    /// A run from `start`.
    pub fn new(experiment: &Experiment, start: Start) -> Result<Quick<T>> {
        let options = (kind(T::DTYPE), Device::Cpu);
        let number = |value: f64| Tensor::from(value).f_to_kind(kind(T::DTYPE));
        let parameter = start.random_inverse.f_set_requires_grad(true)?;
        Ok(Quick {
            identity: Tensor::f_eye(experiment.size as i64, options)?,
            values: parameter.f_detach()?,
            change: parameter.f_zeros_like()?,
            gradient: Tensor::new(),
            learning_rate: number(experiment.learning_rate)?,
            momentum: number(experiment.momentum)?,
            matrix: start.matrix,
            parameter,
            diverged: false,
            dtype: PhantomData,
        })
    }
}

impl<T: Scalar> Steps<T> for Quick<T> {
    fn step(&mut self) -> Result<T> {
        let y_hat = self.parameter.f_mm(&self.matrix)?;
        // The port's backward pass doubles the residual before it divides by n². Where that overflows, `mse_loss` doesn't.
        let loss = match self.diverged {
            false => y_hat.f_mse_loss(&self.identity, Reduction::Mean)?,
            true => mse(&self.identity, &y_hat),
        };
        loss.f_backward()?;
        if !self.gradient.defined() {
            self.gradient = self.parameter.f_grad()?;
        }
        let _ = self.gradient.f_mul_out(&self.change, &self.learning_rate)?;
        let _ = self.values.f_sub_(&self.change)?;
        let _ = self.gradient.f_mul_(&self.momentum)?;
        let loss: T = scalar(&loss)?;
        self.diverged |= !loss.to_f64().is_finite();
        Ok(loss)
    }

    fn parameter(&self) -> Result<Vec<T>> {
        flat(&self.values)
    }

    fn gradient(&self) -> Result<Vec<T>> {
        if self.gradient.defined() { flat(&self.gradient) } else { flat(&self.values.f_zeros_like()?) }
    }
}

//! The first steps of a run with all their numbers.

use crate::descent::Steps;
use crate::experiment::{Experiment, Gradient, Scalar};
use crate::libtorch::{kind, square};
use crate::notebook::mse;
use crate::notebook::printing::torch;
use anyhow::Result;
use std::fmt::Write;
use tch::{Device, Tensor};

/// A run whose first `steps` steps are shown.
pub struct Traced<'a, T> {
    pub run: &'a mut dyn Steps<T>,
    /// The matrix to be inverted, on the CPU.
    pub matrix: &'a Tensor,
    pub experiment: &'a Experiment,
    pub steps: usize,
    /// The steps taken so far, of those that are shown.
    pub taken: usize,
    /// Takes the text of each step.
    pub show: &'a dyn Fn(&str) -> Result<()>,
}

impl<T: Scalar> Steps<T> for Traced<'_, T> {
    fn step(&mut self) -> Result<T> {
        if self.taken >= self.steps {
            return self.run.step();
        }
        let Experiment { learning_rate, momentum, size, .. } = *self.experiment;
        let leaf = square(&self.run.parameter()?, size)?.f_set_requires_grad(true)?;
        let gradient_before = square(&self.run.gradient()?, size)?;
        let loss = self.run.step()?;
        let (parameter, scaled) = (square(&self.run.parameter()?, size)?, square(&self.run.gradient()?, size)?);

        // The step didn't keep Y_hat and the gradient before it was scaled: libtorch computes them again.
        let y_hat = leaf.f_matmul(self.matrix)?;
        mse(&Tensor::f_eye(size as i64, (kind(T::DTYPE), Device::Cpu))?, &y_hat).f_backward()?;
        let mut gradient = leaf.f_grad()?;
        let is_scaled = self.experiment.gradient == Gradient::Scaled;
        if is_scaled && self.taken > 0 {
            gradient = gradient_before.f_add(&gradient)?;
        }
        let mut lines = vec![
            ("Y_hat = random_inverse @ M".to_owned(), y_hat.f_detach()?),
            ("loss = mse(Y_true, Y_hat)".to_owned(), square(&[loss], 1)?.f_squeeze()?),
            ("loss.backward(): random_inverse.grad".to_owned(), gradient),
        ];
        if is_scaled {
            let step = format!("random_inverse.sub_({learning_rate} * random_inverse.grad): random_inverse");
            lines.push((step, parameter));
            lines.push((format!("random_inverse.grad *= {momentum}: random_inverse.grad"), scaled));
        } else {
            let step = format!("SGD(lr={learning_rate}, momentum={momentum}).step(): random_inverse");
            lines.push((step, parameter));
        }
        let mut text = format!("step {}\n", self.taken);
        for (name, tensor) in lines {
            let _ = writeln!(text, "{name}\n{}", torch::tensor(&tensor)?);
        }
        (self.show)(&format!("{text}\n"))?;
        self.taken += 1;
        Ok(loss)
    }

    fn parameter(&self) -> Result<Vec<T>> {
        self.run.parameter()
    }

    fn gradient(&self) -> Result<Vec<T>> {
        self.run.gradient()
    }
}

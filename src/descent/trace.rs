//! The first steps of a run, written out as a teacher would at the board.

use crate::descent::Run;
use crate::experiment::{Experiment, Gradient, Scalar};
use crate::libtorch::{kind, square};
use crate::notebook::matrix_inverse::mse;
use crate::notebook::printing::torch;
use anyhow::Result;
use std::fmt::Write;
use tch::{Tensor, no_grad};

/// A run whose first steps are shown.
pub struct Traced<'a, T> {
    /// The run that takes the steps.
    pub run: &'a mut dyn Run<T>,
    /// The matrix to be inverted, on the CPU.
    pub matrix: &'a Tensor,
    /// The run's settings.
    pub experiment: &'a Experiment,
    /// How many steps are shown.
    pub steps: usize,
    /// The steps taken so far.
    pub taken: usize,
    /// Takes the text of each step.
    pub show: &'a mut dyn FnMut(&str) -> Result<()>,
}

impl<T: Scalar> Run<T> for Traced<'_, T> {
    fn step(&mut self) -> Result<T> {
        if self.taken >= self.steps {
            return self.run.step();
        }
        let parameter = self.tensor(&self.run.parameter()?)?;
        let gradient = (self.taken > 0).then(|| self.run.gradient()).transpose()?;
        let loss = self.run.step()?;
        let text = self.text(&parameter, gradient.as_deref(), loss)?;
        (self.show)(&text)?;
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

impl<T: Scalar> Traced<'_, T> {
    fn tensor(&self, values: &[T]) -> Result<Tensor> {
        square(values, self.experiment.size)
    }

    /// The step just taken, from `parameter` and, after the first step, `gradient`. What the step didn't keep, Y_hat and
    /// the gradient before it was scaled, is computed again with libtorch on the CPU.
    fn text(&self, parameter: &Tensor, gradient: Option<&[T]>, loss: T) -> Result<String> {
        let Experiment { learning_rate, momentum, size, .. } = *self.experiment;
        let leaf = parameter.f_detach_copy()?.f_set_requires_grad(true)?;
        let y_hat = leaf.f_matmul(self.matrix)?;
        let identity = Tensor::f_eye(size as i64, (kind(T::DTYPE), tch::Device::Cpu))?;
        mse(&identity, &y_hat).f_backward()?;
        let scaled = self.experiment.gradient == Gradient::Scaled;
        let mut sum = leaf.f_grad()?;
        if let (true, Some(gradient)) = (scaled, gradient) {
            sum = no_grad(|| self.tensor(gradient)?.f_add(&sum).map_err(anyhow::Error::from))?;
        }
        let after = self.tensor(&self.run.parameter()?)?;
        let mut lines = vec![
            ("Y_hat = random_inverse @ M".to_string(), y_hat.f_detach()?),
            ("loss = mse(Y_true, Y_hat)".to_string(), square(&[loss], 1)?.f_squeeze()?),
            ("loss.backward(): random_inverse.grad".to_string(), sum),
        ];
        if scaled {
            let scaled = self.tensor(&self.run.gradient()?)?;
            lines.push((format!("random_inverse.sub_({learning_rate} * random_inverse.grad): random_inverse"), after));
            lines.push((format!("random_inverse.grad *= {momentum}: random_inverse.grad"), scaled));
        } else {
            let step = format!("SGD(lr={learning_rate}, momentum={momentum}).step(): random_inverse");
            lines.push((step, after));
        }
        let mut text = format!("step {}\n", self.taken);
        for (name, tensor) in lines {
            let _ = writeln!(text, "{name}\n{}", torch::tensor(&tensor)?);
        }
        text.push('\n');
        Ok(text)
    }
}

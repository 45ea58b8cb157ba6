//! The notebook's step on candle, which has no gradient that accumulates: it is kept beside the parameter.

mod measure;

use candle_core::{DType, Device::Cpu, Tensor, Var};
use measure::{LEARNING_RATE, MOMENTUM, Result, measure};

fn main() -> Result<()> {
    measure(|n, parameter, matrix, steps| {
        let (parameter, matrix) = (Tensor::from_vec(parameter, (n, n), &Cpu)?, Tensor::from_vec(matrix, (n, n), &Cpu)?);
        let identity = Tensor::eye(n, DType::F32, &Cpu)?;
        Ok(move || {
            let random_inverse = Var::from_tensor(&parameter)?;
            let mut gradient = parameter.zeros_like()?;
            let mut losses = vec![];
            for _ in 0..steps {
                let loss = (&identity - random_inverse.matmul(&matrix)?)?.sqr()?.mean_all()?;
                let gradients = loss.backward()?;
                losses.push(loss.to_scalar::<f32>()?);
                gradient = (gradient + gradients.get(&random_inverse).ok_or("no gradient")?)?;
                random_inverse.set(&(random_inverse.as_tensor() - (&gradient * f64::from(LEARNING_RATE))?)?)?;
                gradient = (gradient * f64::from(MOMENTUM))?;
            }
            Ok(losses[steps - 1])
        })
    })
}

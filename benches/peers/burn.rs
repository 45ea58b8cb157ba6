//! The notebook's step on burn's backend flex, with its autodiff. The gradient is kept beside the parameter.

mod measure;

use burn::tensor::{Device, Tensor, TensorData};
use measure::{LEARNING_RATE, MOMENTUM, Result, measure};

fn main() -> Result<()> {
    let plain = Device::flex();
    let device = plain.clone().autodiff();
    measure(|n, parameter, matrix, steps| {
        let tensor = |values, device| Tensor::<2>::from_data(TensorData::new(values, [n, n]), device);
        let (parameter, matrix) = (tensor(parameter, &plain), tensor(matrix, &device));
        let identity = Tensor::<2>::eye(n, &device);
        Ok(move || {
            let mut random_inverse = parameter.clone();
            let mut gradient = parameter.zeros_like();
            let mut losses = vec![];
            for _ in 0..steps {
                let leaf = random_inverse.clone().autodiff().require_grad();
                let residual = identity.clone() - leaf.clone().matmul(matrix.clone());
                let loss = (residual.clone() * residual).mean();
                let gradients = loss.backward();
                losses.push(loss.into_scalar::<f32>());
                gradient = gradient + leaf.grad(&gradients).ok_or("no gradient")?;
                random_inverse = random_inverse - gradient.clone() * LEARNING_RATE;
                gradient = gradient * MOMENTUM;
            }
            Ok(losses[steps - 1])
        })
    })
}

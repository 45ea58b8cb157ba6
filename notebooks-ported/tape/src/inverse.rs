//! Inverse and determinant, by elimination with row exchanges, as LAPACK's `getrf` and `getrs`: column by column, each step
//! rounded. Its bits are libtorch's where the matrix is diagonal; on others LAPACK may sum in another order.

use crate::core::tensor::Array;
use crate::{Result, Shape, TchError};

impl Array {
    /// The inverse of a square matrix. An error names the first zero on the diagonal.
    pub(crate) fn inverse(&self) -> Result<Array> {
        let (n, lu, order, _) = self.eliminated("linalg.inv")?;
        if let Some(zero) = (0..n).find(|&k| lu[k * n + k] == 0.0) {
            return TchError::torch(&format!(
                "linalg.inv: The diagonal element {} is zero, the inversion could not be completed because the input \
                 matrix is singular.",
                zero + 1
            ));
        }
        let round = |x: f64| self.kind.round(x);
        // L U x = a column of the identity: first L, downwards, then U, upwards.
        let mut inverse = vec![0.0; n * n];
        for column in 0..n {
            let mut x: Vec<f64> = order.iter().map(|&row| if row == column { 1.0 } else { 0.0 }).collect();
            for k in 0..n {
                for i in k + 1..n {
                    x[i] = round(x[i] - round(x[k] * lu[i * n + k]));
                }
            }
            for k in (0..n).rev() {
                x[k] = round(x[k] / lu[k * n + k]);
                for i in 0..k {
                    x[i] = round(x[i] - round(x[k] * lu[i * n + k]));
                }
            }
            for (row, x) in x.into_iter().enumerate() {
                inverse[row * n + column] = x;
            }
        }
        Ok(Array::new(self.shape, self.kind, |at| inverse[at]))
    }

    /// The determinant of a square matrix.
    pub(crate) fn det(&self) -> Result<Array> {
        let (n, lu, _, sign) = self.eliminated("linalg.det")?;
        let det = (0..n).fold(sign, |product, k| self.kind.round(product * lu[k * n + k]));
        Ok(Array::new(Shape::NUMBER, self.kind, |_| det))
    }

    /// L below the diagonal and U on and above it; the rows in their new order; 1, or −1 after an odd number of exchanges.
    fn eliminated(&self, name: &str) -> Result<(usize, Vec<f64>, Vec<usize>, f64)> {
        let [n, m] = self.computable()?.shape.as_matrix()?;
        if n != m {
            return TchError::torch(&format!(
                "{name}: A must be batches of square matrices, but they are {n} by {m} matrices"
            ));
        }
        let round = |x: f64| self.kind.round(x);
        let mut lu: Vec<f64> = (0..n * n).map(|at| self.at(at)).collect();
        let mut order: Vec<usize> = (0..n).collect();
        let mut sign = 1.0;
        for k in 0..n {
            // The first of the largest, as LAPACK takes it.
            let pivot = (k..n).rev().max_by(|&a, &b| lu[a * n + k].abs().total_cmp(&lu[b * n + k].abs())).unwrap_or(k);
            if lu[pivot * n + k] == 0.0 {
                continue;
            }
            if pivot != k {
                (0..n).for_each(|j| lu.swap(k * n + j, pivot * n + j));
                order.swap(k, pivot);
                sign = -sign;
            }
            for i in k + 1..n {
                let factor = round(lu[i * n + k] / lu[k * n + k]);
                lu[i * n + k] = factor;
                for j in k + 1..n {
                    lu[i * n + j] = round(lu[i * n + j] - round(factor * lu[k * n + j]));
                }
            }
        }
        Ok((n, lu, order, sign))
    }
}

//! Inverse and determinant, by elimination with row exchanges. The bits are libtorch's where the matrix is diagonal; of
//! others LAPACK may take the sums in another order.

use crate::core::tensor::Array;
use crate::{Result, Shape, TchError};

impl Array {
    pub(crate) fn inverse(&self) -> Result<Array> {
        let (inverse, diagonal) = self.eliminated("linalg.inv")?;
        if let Some(zero) = diagonal.iter().position(|&x| x == 0.0) {
            return TchError::torch(format!(
                "linalg.inv: The diagonal element {} is zero, the inversion could not be completed because the input \
                 matrix is singular.",
                zero + 1
            ));
        }
        let inverse = inverse.concat();
        Ok(Array::new(self.shape, self.kind, |at| inverse[at]))
    }

    pub(crate) fn det(&self) -> Result<Array> {
        let (_, diagonal) = self.eliminated("linalg.det")?;
        let det = diagonal.into_iter().fold(1.0, |product, x| self.kind.round(product * x));
        Ok(Array::new(Shape::NUMBER, self.kind, |_| det))
    }

    /// The rows of the inverse, and the diagonal after elimination, negated where rows were exchanged.
    fn eliminated(&self, name: &str) -> Result<(Vec<Vec<f64>>, Vec<f64>)> {
        let [n, m] = self.computable()?.shape.sizes;
        if n != m {
            return TchError::torch(format!(
                "{name}: A must be batches of square matrices, but they are {n} by {m} matrices"
            ));
        }
        let round = |x: f64| self.kind.round(x);
        // Each row of the matrix with a row of the identity to its right.
        let identity = |i, j| if i == j { 1.0 } else { 0.0 };
        let row = |i: usize| (0..n).map(|j| self.at(i * n + j)).chain((0..n).map(|j| identity(i, j))).collect();
        let mut rows: Vec<Vec<f64>> = (0..n).map(row).collect();
        let mut diagonal = vec![];
        for k in 0..n {
            let largest = (k..n).rev().max_by(|&a, &b| rows[a][k].abs().total_cmp(&rows[b][k].abs())).unwrap_or(k);
            rows.swap(k, largest);
            let pivot = rows[k][k];
            diagonal.push(if largest == k { pivot } else { -pivot });
            if pivot == 0.0 {
                continue;
            }
            rows[k].iter_mut().for_each(|x| *x = round(*x / pivot));
            let pivot_row = rows[k].clone();
            for row in rows.iter_mut().enumerate().filter(|(i, row)| *i != k && row[k] != 0.0).map(|(_, row)| row) {
                let factor = row[k];
                row.iter_mut().zip(&pivot_row).for_each(|(x, pivot)| *x = round(*x - round(factor * pivot)));
            }
        }
        Ok((rows.into_iter().map(|row| row[n..].to_vec()).collect(), diagonal))
    }
}

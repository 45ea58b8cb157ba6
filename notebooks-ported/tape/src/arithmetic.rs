//! Numbers in, numbers out: where each rounding happens, and in which order each sum is taken.

use crate::core::tensor::Array;
use crate::{Kind, Result, Shape, TchError};

impl Array {
    /// The number at this place, row by row.
    #[inline]
    pub(crate) fn at(&self, place: usize) -> f64 {
        self.numbers[place].get()
    }

    pub(crate) fn copy(&self) -> Array {
        Array::new(self.shape, self.kind, |at| self.at(at))
    }

    /// `f` of each number and of `c`, which is rounded first, as libtorch rounds Python's numbers.
    pub(crate) fn map(&self, c: f64, f: impl Fn(f64, f64) -> f64) -> Array {
        let c = self.kind.round(c);
        Array::new(self.shape, self.kind, |at| f(self.at(at), c))
    }

    /// `f` of each pair of numbers.
    pub(crate) fn zip(&self, other: &Array, f: impl Fn(f64, f64) -> f64) -> Result<Array> {
        self.computable()?;
        if self.kind != other.kind {
            return TchError::tape(format!("promotion of {:?} and {:?}", self.kind, other.kind));
        }
        if self.shape != other.shape {
            return Err(self.shape.differs_from(other.shape));
        }
        Ok(Array::new(self.shape, self.kind, |at| f(self.at(at), other.at(at))))
    }

    /// Only floats are computed with.
    pub(crate) fn computable(&self) -> Result<&Array> {
        let left_out = || TchError::tape(format!("computing with {:?}; to_kind converts it", self.kind));
        if self.kind.is_float() { Ok(self) } else { left_out() }
    }

    /// The product of a matrix, or a row, and a matrix. Each entry is summed in sequence from 0, each step a fused
    /// multiply-add.
    pub(crate) fn matmul(&self, other: &Array) -> Result<Array> {
        let ([rows, inner], [inner_too, columns]) = (self.shape.sizes, other.shape.sizes);
        if inner != inner_too {
            return TchError::torch(format!(
                "mat1 and mat2 shapes cannot be multiplied ({rows}x{inner} and {inner_too}x{columns})"
            ));
        }
        if self.kind != other.kind {
            let [a, b] = [self.kind, other.kind].map(|kind| format!("{kind:?}").to_lowercase());
            return TchError::torch(format!("expected m1 and m2 to have the same dtype, but got: {a} != {b}"));
        }
        self.computable()?;
        match self.kind {
            Kind::Float => Ok(self.product(other, |a, b, sum| (a as f32).mul_add(b as f32, sum as f32) as f64)),
            _ => Ok(self.product(other, f64::mul_add)),
        }
    }

    fn product(&self, other: &Array, step: impl Fn(f64, f64, f64) -> f64) -> Array {
        let [inner, columns] = other.shape.sizes;
        let shape = Shape { sizes: [self.shape.sizes[0], columns], ..self.shape };
        let product = Array::new(shape, self.kind, |_| 0.0);
        for (i, sums) in product.numbers.chunks(columns.max(1)).enumerate() {
            for k in 0..inner {
                let a = self.at(i * inner + k);
                for (sum, b) in sums.iter().zip(&other.numbers[k * columns..]) {
                    sum.set(step(a, b.get(), sum.get()));
                }
            }
        }
        product
    }

    /// Rows and columns exchanged; of a row, a matrix of one column.
    pub(crate) fn transposed(&self) -> Array {
        let [rows, columns] = self.shape.sizes;
        Array::new(Shape::matrix(columns, rows), self.kind, |at| self.at(at % rows * columns + at / rows))
    }

    /// A row of a matrix, or a number of a row.
    pub(crate) fn row(&self, row: usize) -> Array {
        let shape = if let [_, columns] = *self.shape.sizes() { Shape::row(columns) } else { Shape::NUMBER };
        Array::new(shape, self.kind, |at| self.at(row * shape.count() + at))
    }

    /// Zeros of this shape, with this array as the row `row`.
    pub(crate) fn as_row_of(&self, shape: Shape, row: usize) -> Array {
        let width = self.shape.count();
        Array::new(shape, self.kind, |at| if at / width == row { self.at(at % width) } else { 0.0 })
    }

    /// The square matrix with this row as its diagonal, or the diagonal of a square matrix.
    pub(crate) fn diagonal(&self) -> Result<Array> {
        match *self.shape.sizes() {
            [n] => Ok(Array::new(Shape::matrix(n, n), self.kind, |at| {
                if at % (n + 1) == 0 { self.at(at / (n + 1)) } else { 0.0 }
            })),
            [n, m] if n == m => Ok(Array::new(Shape::row(n), self.kind, |at| self.at(at * (n + 1)))),
            _ => TchError::tape(format!("diag of the shape {}", self.shape)),
        }
    }

    /// The sum of all numbers, in the order of ATen's vectorised kernel on one thread (`cascade_sum` in PyTorch's
    /// `aten/src/ATen/native/cpu/SumKernel.cpp`): in vectors of 256 bits. Vectors 0, 4, 8 … are summed, so are 1, 5, 9 … and
    /// the other two; the vectors left over go to the first sum, which then takes in the others. At last its lanes are added,
    /// in sequence, to the sum of the numbers that fill no vector.
    pub(crate) fn sum(&self) -> f64 {
        let count = self.shape.count();
        let width = if self.kind == Kind::Float { 8 } else { 4 };
        let lanes = if count < width { 1 } else { width };
        let vectors = count / lanes;
        let rows = vectors / 4;
        let add = |a: f64, b: f64| self.kind.round(a + b);
        let mut total = (vectors * lanes..count).fold(0.0, |sum, at| add(sum, self.at(at)));
        for lane in 0..lanes {
            let number = |vector: usize| self.at(vector * lanes + lane);
            let [first, others @ ..] = [0, 1, 2, 3].map(|i| cascade(rows, |row| number(4 * row + i), add));
            let sum = (4 * rows..vectors).fold(first, |sum, vector| add(sum, number(vector)));
            total = add(total, others.into_iter().fold(sum, add));
        }
        total
    }
}

/// Sums in blocks, the blocks' sums in blocks again, and so on for four levels, so that rounding errors stay small.
fn cascade(count: usize, number: impl Fn(usize) -> f64, add: impl Fn(f64, f64) -> f64) -> f64 {
    let mut levels = [0.0; 4];
    let power = (count.next_power_of_two().trailing_zeros() / 4).max(4);
    for at in 0..count {
        levels[0] = add(levels[0], number(at));
        // A whole block's sum moves up a level; where it completes a block of blocks, it moves further.
        let done = at + 1;
        for level in (1..4).take_while(|level| done % (1 << (power * *level as u32)) == 0) {
            levels[level] = add(levels[level], levels[level - 1]);
            levels[level - 1] = 0.0;
        }
    }
    levels[1..].iter().fold(levels[0], |sum, &level| add(sum, level))
}

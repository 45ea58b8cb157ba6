//! Numbers into tensors and back.

use crate::experiment::{Dtype, Scalar};
use anyhow::{Result, ensure};
use tch::{Device, Kind, Tensor, no_grad};

/// libtorch's name of a dtype.
pub fn kind(dtype: Dtype) -> Kind {
    match dtype {
        Dtype::F32 => Kind::Float,
        Dtype::F64 => Kind::Double,
    }
}

/// An n×n tensor on the CPU, in the dtype `T`, from its values row by row.
///
/// # Errors
/// When there aren't n² values, or no memory for them.
pub fn square<T: Scalar>(values: &[T], n: usize) -> Result<Tensor> {
    let values: Vec<f64> = values.iter().map(|value| value.to_f64()).collect();
    let tensor = Tensor::f_from_slice(&values)?.f_reshape([n as i64, n as i64])?;
    Ok(tensor.f_to_kind(kind(T::DTYPE))?)
}

/// The value of a 0-d tensor of the dtype `T` on the CPU, read where it lies: that is cheaper than libtorch's `item`.
///
/// # Errors
/// When it is another tensor.
#[expect(unsafe_code)]
pub(crate) fn scalar<T: Scalar>(tensor: &Tensor) -> Result<T> {
    ensure!(
        tensor.dim() == 0 && tensor.f_kind()? == kind(T::DTYPE) && tensor.device() == Device::Cpu,
        "expected a 0-d tensor of {} on the CPU, got {tensor:?}",
        T::DTYPE
    );
    // SAFETY: a 0-d tensor has one element, of the kind that was just checked, in this process's memory; the tensor is
    // borrowed, so it lives while its element is copied.
    Ok(unsafe { tensor.data_ptr().cast::<T>().read() })
}

/// A tensor's values, row by row. They are read as f64, which is exact for both dtypes.
///
/// # Errors
/// When the tensor is undefined, or there is no memory for its values.
pub fn flat<T: Scalar>(tensor: &Tensor) -> Result<Vec<T>> {
    /// So many values at once: the copy in f64 stays small.
    const PIECE: i64 = 1 << 16;
    no_grad(|| {
        let all = tensor.f_detach()?.f_flatten(0, -1)?.f_to_device(Device::Cpu)?;
        let mut values = Vec::with_capacity(all.numel());
        for piece in all.f_split(PIECE, 0)? {
            values.extend(Vec::<f64>::try_from(piece)?.into_iter().map(T::from_f64));
        }
        Ok(values)
    })
}

//! How far the parameter is from the inverse.
//!
//! From `R − M⁻¹ = (R·M − I) M⁻¹` follows, since `‖A B‖_F ≤ ‖A‖_F ‖B‖₂`,
//!
//! ```text
//! ‖R − M⁻¹‖_F ≤ ‖R·M − I‖_F ‖M⁻¹‖₂ = n √loss / σ_n :
//! ```
//!
//! the loss bounds the distance, in the Frobenius norm, with the least singular value σ_n of M. All distances here are in
//! that norm.

use crate::experiment::Scalar;
use crate::libtorch::square;
use crate::theory::Spectrum;
use anyhow::Result;
use serde::Serialize;
use tch::{Device, Kind, TchError, Tensor, no_grad};

/// The distances of a parameter R from the inverse of M, as Frobenius norms.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Distances {
    /// `‖R·M − I‖_F`, for the loss after the last step: n √loss.
    pub residual: f64,
    /// `‖R − M⁻¹‖_F`, M⁻¹ being the inverse of M as it is in the run's dtype. It is computed as `‖(R·M − I) M⁻¹‖_F`,
    /// which keeps its leading digits where R and M⁻¹ agree in all but the last: relative error about n ε κ(M), ε of f64.
    pub to_inverse: f64,
    /// What bounds it: `‖R·M − I‖_F ‖M⁻¹‖₂`.
    pub bound: f64,
    /// `‖R − X‖_F`, X being what `torch.linalg.inv` gives in the run's dtype.
    pub to_library: f64,
}

/// The distances of `parameter` (n×n, row by row) from the inverse of `matrix` (n×n, on the CPU, with this spectrum).
/// They aren't finite if the parameter isn't.
///
/// # Errors
/// When there is no memory, or the matrix is singular in its dtype.
pub fn distances<T: Scalar>(parameter: &[T], matrix: &Tensor, spectrum: &Spectrum) -> Result<Distances> {
    let r = square(parameter, spectrum.size())?;
    Ok(no_grad(|| -> Result<Distances, TchError> {
        let r = r.f_to_kind(Kind::Double)?;
        let m = matrix.f_to_kind(Kind::Double)?;
        let to_library = norm(&r.f_sub(&Tensor::f_linalg_inv(matrix)?.f_to_kind(Kind::Double)?)?)?;
        let residual = residual(&r, &m)?;
        let to_inverse = norm(&residual.f_matmul(&Tensor::f_linalg_inv(&m)?)?)?;
        let residual = norm(&residual)?;
        Ok(Distances { residual, to_inverse, bound: residual / spectrum.least(), to_library })
    })?)
}

fn norm(matrix: &Tensor) -> Result<f64, TchError> {
    matrix.f_norm()?.f_double_value(&[])
}

/// `R·M − I`, with an error far below that of the product in f64, which at the end of a run in f64 is as large as the
/// residual itself.
///
/// R and M are split into leading bits, few enough that their product is exact in any order of summation, and the rest,
/// whose products are small and so are their errors.
///
/// Source: Ozaki, Ogita, Oishi and Rump, "Error-free transformations of matrix multiplication by using fast routines of
/// matrix multiplication and its applications", Numerical Algorithms 59 (2012).
fn residual(r: &Tensor, m: &Tensor) -> Result<Tensor, TchError> {
    let n = m.size()[0];
    // The product of two numbers of b bits, summed n times, has 2b + log₂ n bits: at most 53.
    let bits = ((53.0 - (n as f64).log2().ceil()) / 2.0).floor();
    let (r_leading, r_rest) = split(r, 1, bits)?;
    let (m_leading, m_rest) = split(m, 0, bits)?;
    // In place, and each matrix dropped as soon as it may be: at large n this is where a run needs the most memory.
    let mut residual = r_leading.f_matmul(&m_leading)?;
    drop(m_leading);
    let _ = residual.f_sub_(&Tensor::f_eye(n, (Kind::Double, Device::Cpu))?)?;
    let mut rest = r_leading.f_matmul(&m_rest)?;
    drop((r_leading, m_rest));
    let _ = rest.f_add_(&r_rest.f_matmul(m)?)?;
    let _ = residual.f_add_(&rest)?;
    Ok(residual)
}

/// The leading `bits` of each entry, counted from the greatest of its row (`dim` 1) or column (`dim` 0), and the rest.
fn split(matrix: &Tensor, dim: i64, bits: f64) -> Result<(Tensor, Tensor), TchError> {
    let greatest = matrix.f_abs()?.f_amax([dim], true)?.f_clamp_min(f64::MIN_POSITIVE)?;
    let power = greatest.f_log2()?.f_ceil()?.f_exp2()?;
    // Next to 1.5·2^k the f64 numbers lie 2^(k − 52) apart: adding and subtracting it rounds to that.
    let rounder = power.f_mul_scalar(1.5 * (52.0 - bits).exp2())?;
    let leading = matrix.f_add(&rounder)?.f_sub(&rounder)?;
    let rest = matrix.f_sub(&leading)?;
    Ok((leading, rest))
}

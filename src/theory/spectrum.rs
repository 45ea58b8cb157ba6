//! What theory says about the loop: which learning rates are stable, which are best, and how fast a run converges.
//!
//! # The loop is linear
//!
//! The loss `1/n² ‖R·M − I‖²` is a quadratic of the parameter R, and each row r of R has the same Hessian
//!
//! ```text
//! H = (2/n²) M Mᵀ,    eigenvalues λ_i = (2/n²) σ_i²,   σ_i the singular values of M.
//! ```
//!
//! With L the greatest λ and μ the least, κ(H) = L/μ = κ(M)². The notebook's step with learning rate α and momentum β,
//!
//! ```text
//! v ← β v + H (r − r*),   r ← r − α v        (r* the row of the inverse)
//! ```
//!
//! is the heavy ball. Along an eigenvector of H, with `x = αλ`, the error e of one step and of the step before obey
//!
//! ```text
//! ⎡ e' ⎤   ⎡ 1 + β − x   −β ⎤ ⎡ e  ⎤
//! ⎣ e  ⎦ = ⎣     1        0 ⎦ ⎣ e⁻ ⎦      eigenvalues z² − (1 + β − x) z + β = 0,  z = (c ± √(c² − 4β)) / 2,  c = 1 + β − x
//! ```
//!
//! and the error shrinks by the greater |z| a step: [`rate`]. It is √β where c² < 4β and (|c| + √(c² − 4β))/2 elsewhere,
//! so for a given β it never falls when |c| grows.
//!
//! # What follows
//!
//! - **Stable** (|z| < 1 for both roots; Jury's conditions on the polynomial): |β| < 1 and 0 < αλ < 2 + 2β for every λ,
//!   that is 0 < α < 2(1 + β)/L: [`Curvature::stability_limit`].
//! - **Best α for a given β**: the rate grows with |c|, and c runs from 1 + β − αL to 1 + β − αμ. The greatest |c| is
//!   least when both ends are equally far from 0: α = 2(1 + β)/(L + μ).
//! - **Best β for a given α**: below (1 − √x)² the rate falls as β grows, above it is √β. So the greatest of the least
//!   β's that reach √β is best: β = max((1 − √(αμ))², (1 − √(αL))²). It is below 1 only if αL < 4.
//! - **Best pair**: both at once give α = (2/(√L + √μ))², β = ((√κ(H) − 1)/(√κ(H) + 1))², where κ(H) = L/μ; the rate is
//!   √β for every eigenvalue.
//!
//! ```
//! use inverse_by_descent::theory::Spectrum;
//!
//! // n = 2 and σ = 2, 1 give λ = 2, 1/2: √L = √2 is twice √μ.
//! let matrix = tch::Tensor::from_slice(&[1.0, 2.0]).diag(0);
//! let best = Spectrum::of(&matrix)?.best(None, None)?;
//! assert!((best.learning_rate - 8.0 / 9.0).abs() < 1e-12);
//! assert!((best.momentum - 1.0 / 9.0).abs() < 1e-12);
//! # anyhow::Ok(())
//! ```
//!
//! Sources: B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR Computational
//! Mathematics and Mathematical Physics 4 (1964), for the method and the best pair; G. Goh, "Why Momentum Really Works",
//! Distill 2017, for the matrix above.

use crate::experiment::{Dtype, Pair};
use crate::theory::contraction::Rounding;
use anyhow::{Result, ensure};
use serde::Serialize;
use tch::{Device, Kind, Tensor, no_grad};

/// The singular values of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Spectrum {
    /// In descending order, n of them.
    pub singular_values: Vec<f64>,
    /// The type that the matrix's entries, and so the run's roundings, are of.
    pub dtype: Dtype,
}

/// The greatest and the least curvature of the loss: the extreme eigenvalues of its Hessian.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Curvature {
    /// L, the greatest.
    pub greatest: f64,
    /// μ, the least.
    pub least: f64,
}

impl Spectrum {
    /// The spectrum of an n×n matrix of finite numbers as it is in its dtype, computed in f64 on the CPU. An error if that
    /// doesn't fit in memory.
    pub fn of(matrix: &Tensor) -> Result<Spectrum> {
        let dtype = if matrix.kind() == Kind::Double { Dtype::F64 } else { Dtype::F32 };
        let (_, values, _) = no_grad(|| {
            let matrix = matrix.f_to_device(Device::Cpu)?.f_to_kind(Kind::Double)?;
            matrix.f_svd(true, false) // f_linalg_svdvals wants a driver, which the CPU refuses
        })?;
        Ok(Spectrum { singular_values: Vec::try_from(values)?, dtype })
    }

    /// n.
    pub fn size(&self) -> usize {
        self.singular_values.len()
    }

    /// σ₁, the spectral norm of M.
    pub fn greatest(&self) -> f64 {
        self.singular_values.first().copied().unwrap_or(0.0)
    }

    /// σ_n, the reciprocal of the spectral norm of M⁻¹.
    pub fn least(&self) -> f64 {
        self.singular_values.last().copied().unwrap_or(0.0)
    }

    /// κ(M) = σ₁/σ_n; infinite for a singular matrix.
    pub fn condition_number(&self) -> f64 {
        if self.is_singular() { f64::INFINITY } else { self.greatest() / self.least() }
    }

    /// Whether the matrix can't be told from a singular one: σ_n ≤ n ε σ₁, ε = 2u of its dtype.
    ///
    /// Rounding the entries of a matrix moves each singular value by up to √n u σ₁ or so, and each product with it rounds
    /// by n u σ₁: below that, a singular matrix may have been meant, and no digit of the inverse is certain. It is the rule
    /// of NumPy's `matrix_rank`.
    pub fn is_singular(&self) -> bool {
        // Put so that NaN is singular.
        let is_regular = self.least() * self.most_condition() > self.greatest();
        !is_regular
    }

    /// An error, with the condition number and the least that is refused, if the matrix is singular.
    pub fn ensure_invertible(&self) -> Result<()> {
        let (dtype, greatest, least) = (self.dtype, self.greatest(), self.least());
        let helps = !Spectrum { dtype: Dtype::F64, ..self.clone() }.is_singular();
        ensure!(
            !self.is_singular(),
            "the matrix is singular in {dtype}: its condition number is {:.1e} (singular values from {greatest:.3e} to \
             {least:.3e}). From {:.1e} on, rounding the entries alone can change the inverse completely; {}choose \
             another matrix",
            greatest / least,
            self.most_condition(),
            if helps { "compute in f64, or " } else { "" }
        );
        Ok(())
    }

    /// The condition number from which on the matrix counts as singular.
    fn most_condition(&self) -> f64 {
        0.5 / (self.size() as f64 * self.dtype.unit_roundoff())
    }

    /// λ_i, the eigenvalues of the Hessian, in descending order.
    pub fn eigenvalues(&self) -> Vec<f64> {
        self.singular_values.iter().map(|&sigma| self.curvature_along(sigma)).collect()
    }

    /// L and μ.
    pub fn curvature(&self) -> Curvature {
        Curvature { greatest: self.curvature_along(self.greatest()), least: self.curvature_along(self.least()) }
    }

    fn curvature_along(&self, sigma: f64) -> f64 {
        2.0 / (self.size() * self.size()) as f64 * sigma * sigma
    }

    /// The pair that converges fastest in this dtype, given the learning rate, the momentum, both or neither.
    ///
    /// It is the best pair of the theory above where κ(M)² ≤ 1/(16 n u). Beyond, that learning rate is so near to the
    /// stability limit that rounding pushes the greatest eigenvalue's error over it, and a run grows without end (seen in
    /// f32 from κ = 10⁴ on). Then the learning rate is a tenth lower, with the momentum that is best for it: 5 % more
    /// steps, and the limit is 10 % away. Errors: there is none in this
    /// dtype, or see [`Curvature::best_momentum`].
    pub fn best(&self, learning_rate: Option<f64>, momentum: Option<f64>) -> Result<Pair> {
        let (curvature, u) = (self.curvature(), self.dtype.unit_roundoff());
        let is_given = learning_rate.is_some();
        let is_near = 16.0 * self.size() as f64 * u * (self.greatest() / self.least()).powi(2) > 1.0;
        let factor = if is_near { 0.9 } else { 1.0 };
        let learning_rate = match (learning_rate, momentum) {
            (Some(learning_rate), _) => learning_rate,
            (None, Some(momentum)) => factor * curvature.best_learning_rate(momentum),
            (None, None) => factor * curvature.best_pair().learning_rate,
        };
        let rounded = self.dtype.round(learning_rate);
        ensure!(
            is_given || rounded.is_finite() && rounded > 0.0,
            "the learning rate would be {learning_rate:?}, which isn't a number above 0 in {}: the matrix's entries are too \
             large or too small; scale the matrix",
            self.dtype
        );
        let momentum = match momentum {
            Some(momentum) => momentum,
            // The greatest number below 1, lest rounding to the dtype makes it 1.
            None => curvature.best_momentum(learning_rate)?.min(1.0 - u),
        };
        Ok(Pair { learning_rate, momentum })
    }

    /// Where rounding ends a descent with this pair. The floor is a loss that every stable run gets below; most get orders
    /// of magnitude lower. It is zero for an unstable pair.
    ///
    /// Each step rounds the parameter, by up to `u ‖M⁻¹‖_F`, and the product R·M, by up to `n u ‖M⁻¹‖_F σ₁`, which
    /// moves the parameter by x/σ of that. Along an eigenvector the steps add such errors up to at most the loop's gain
    /// times one of them, and the product with M multiplies them by σ.
    pub fn rounding(&self, pair: Pair) -> Rounding {
        let (curvature, unit) = (self.curvature(), self.dtype.unit_roundoff());
        if !curvature.is_stable(pair) {
            return Rounding { unit, floor: 0.0 };
        }
        let n = self.size() as f64;
        let inverse = self.singular_values.iter().map(|sigma| sigma.powi(-2)).sum::<f64>().sqrt();
        let product = n * self.greatest();
        let carried = |sigma: f64| {
            let x = pair.learning_rate * self.curvature_along(sigma);
            gain(x, pair.momentum) * (sigma + x * product)
        };
        let steps = carried(self.greatest()).max(carried(self.least()));
        Rounding { unit, floor: (unit * inverse * (product + steps) / n).powi(2) }
    }
}

impl Curvature {
    /// The learning rates below this are stable, those at or above it aren't: 2(1 + β)/L.
    pub fn stability_limit(&self, momentum: f64) -> f64 {
        2.0 * (1.0 + momentum) / self.greatest
    }

    /// Whether the error shrinks for every eigenvalue.
    pub fn is_stable(&self, pair: Pair) -> bool {
        let limit = self.stability_limit(pair.momentum);
        pair.momentum.abs() < 1.0 && 0.0 < pair.learning_rate && pair.learning_rate < limit
    }

    /// The factor by which the residual shrinks a step, after a while: the greatest [`rate`] of all eigenvalues, which is
    /// that of L or of μ, since the rate never falls when |c| grows.
    pub fn contraction(&self, pair: Pair) -> f64 {
        let of = |lambda: f64| rate(pair.learning_rate * lambda, pair.momentum);
        of(self.greatest).max(of(self.least))
    }

    /// The pair with the least contraction.
    pub fn best_pair(&self) -> Pair {
        let (l, mu) = (self.greatest.sqrt(), self.least.sqrt());
        Pair { learning_rate: (2.0 / (l + mu)).powi(2), momentum: ((l - mu) / (l + mu)).powi(2) }
    }

    /// The learning rate with the least contraction for this momentum.
    pub fn best_learning_rate(&self, momentum: f64) -> f64 {
        2.0 * (1.0 + momentum) / (self.greatest + self.least)
    }

    /// The momentum with the least contraction for this learning rate. An error if no momentum below 1 makes the learning
    /// rate stable: it isn't above 0 and below 4/L.
    pub fn best_momentum(&self, learning_rate: f64) -> Result<f64> {
        let limit = self.stability_limit(1.0);
        ensure!(
            0.0 < learning_rate && learning_rate < limit,
            "no momentum makes the learning rate {learning_rate} stable: it must be above 0 and below 4/L = {limit:.6}"
        );
        let least = |lambda: f64| (1.0 - (learning_rate * lambda).sqrt()).powi(2);
        Ok(least(self.greatest).max(least(self.least)))
    }
}

/// The factor by which the error along an eigenvector with eigenvalue λ shrinks a step, after a while: the spectral radius
/// of the matrix in the module's head, for `x` = αλ and momentum β.
pub fn rate(x: f64, momentum: f64) -> f64 {
    let c = 1.0 + momentum - x;
    let discriminant = c * c - 4.0 * momentum;
    if discriminant < 0.0 { momentum.sqrt() } else { (c.abs() + discriminant.sqrt()) / 2.0 }
}

/// How many times as large as one step's small error the errors of all steps can become together, along an eigenvector,
/// with `x` = αλ and momentum β in a stable pair: the greatest of `1/|z² − c z + β|` on |z| = 1, or a little more. For
/// complex roots r e^±iθ it is about `1/((1 − r) |1 − r e^2iθ|)`, at the angle θ.
fn gain(x: f64, momentum: f64) -> f64 {
    let r = rate(x, momentum);
    let c = 1.0 + momentum - x;
    if c * c < 4.0 * momentum {
        let cosine = c / (2.0 * r);
        let squared = 1.0 - 2.0 * r * (2.0 * cosine * cosine - 1.0) + r * r;
        1.0 / ((1.0 - r) * squared.sqrt())
    } else {
        let other = momentum.abs() / r.max(f64::MIN_POSITIVE);
        1.0 / ((1.0 - r) * (1.0 - other))
    }
}

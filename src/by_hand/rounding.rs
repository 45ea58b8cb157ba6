//! How far rounding can push the losses, whatever the order in which products are summed.
//!
//! # Derivation
//!
//! Let M = U·diag(σ)·Zᵀ, c = 1/n², λᵢ = 2cσᵢ² (the eigenvalues of H = 2c·M·Mᵀ), u the unit roundoff and
//! γₖ = ku/(1 − ku). R, V and A are the numbers that the machine holds: the parameter, the scaled gradient and the
//! accumulated gradient of a step; E = R·M − I and W = R − M⁻¹ are exact functions of R. Then one step is
//!
//! ```text
//! A  = V + 2c·E·Mᵀ + a        R⁺ = R − αA + r        V⁺ = βA + v
//! ```
//!
//! where a, r and v gather what was rounded. In the Frobenius norm, with fl(x) = x + e, |e| ≤ u·min(|x|, |fl(x)|):
//!
//! - a dot product of n terms, in any order, fused or not, errs by at most γₙ Σ|aₖ||bₖ| (Higham, *Accuracy and
//!   Stability of Numerical Algorithms*, §3.1 and §4.2). So the computed residual is Ê = E + e with
//!   ‖e‖ ≤ (1 + u)γₙ‖R‖‖M‖ + u‖E‖, and G is 2cÊ + g with ‖g‖ ≤ 2c(2u + u²)‖Ê‖, for 1/n² and the product round;
//! - the backward product adds at most γₙ‖G‖‖M‖, the accumulation u‖A‖. In the direction Uᵢ, where Mᵀ scales by σᵢ:
//!   ‖a·Uᵢ‖ ≤ σᵢ(2c‖e‖ + ‖g‖) + γₙ‖G‖‖M‖ + u‖A‖;
//! - ‖r‖ ≤ uα‖A‖ + u‖R‖ and ‖v‖ ≤ uβ‖A‖.
//!
//! Since E·Mᵀ·Uᵢ = σᵢ²W·Uᵢ, the directions don't mix. For each, (w, v) ← B(w, v) + … is linear, with
//!
//! ```text
//! B = ⎛1 − αλ  −α⎞     det B = β     tr B = 1 − αλ + β     A = λw + v + a
//!     ⎝  βλ     β⎠
//! ```
//!
//! and starts from w₀ = W₀·Uᵢ, v₀ = 0. A perturbation that never exceeds p moves w by at most p·Σₖ|hₖ|, the ℓ¹ norm of
//! the response h to one unit of it: w = (−α, β), (1, 0) and (0, 1) are the states after a unit of a, r and v. So
//!
//! ```text
//! ‖W·Uᵢ‖ ≤ peak of the free run + ℓ¹(a)·‖a‖ + ℓ¹(r)·‖r‖ + ℓ¹(v)·‖v‖
//! ```
//!
//! at every step, and likewise for A. As the perturbations are bounded by ‖R‖, ‖E‖ and ‖A‖ themselves, this is
//! m ≤ F(m) for the three greatest norms m of the run, with F affine and monotone; any s ≥ F(s) is then above m.
//!
//! The first steps are the largest, and forgotten later on. So the norms from half of the `step` in question on are
//! bounded once more, with the free run from there on; at the step, the perturbations of the first half count with
//! the responses' tails only, the others with these lower norms. At last ‖E‖² = Σσᵢ²‖W·Uᵢ‖², and the loss is
//! (‖E‖ + ‖e‖)²/n², with a relative error of γ for its n² + 2 roundings. The free run is the same for every order: two
//! runs' residuals differ by no more than twice the part that comes from rounding.
//!
//! Underflow isn't counted: it would add about 10⁻⁴⁵ to norms that are bounded by more than u.

use crate::by_hand::Problem;
use crate::experiment::Scalar;
use anyhow::Result;
use tch::{Device, Kind, Tensor};

/// A bound on every loss from `step` on, for any order of summation. It is infinite where the run doesn't converge:
/// outside the stable range of learning rate and momentum, or for a singular matrix.
///
/// # Errors
/// When the problem's sizes don't fit, or libtorch can't decompose the matrix.
pub fn late_loss_bound<T: Scalar>(problem: &Problem<T>, step: usize) -> Result<f64> {
    let reach = Reach::new(problem, step)?;
    Ok(finite(reach.loss(reach.residual + reach.residual_error)))
}

/// A bound on the difference between `loss`, the loss before step `step` or a later one, and the loss of the same step
/// in any other order of summation.
///
/// # Errors
/// As for [`late_loss_bound`].
pub fn loss_difference_bound<T: Scalar>(problem: &Problem<T>, step: usize, loss: T) -> Result<f64> {
    let reach = Reach::new(problem, step)?;
    let loss = loss.to_f64();
    let residual = (loss * reach.count * reach.loss_rounding).sqrt();
    let apart = 2.0 * (reach.rounded + reach.residual_error);
    Ok(finite(reach.loss(residual + apart) - loss))
}

/// No bound is an infinite one, also where an infinity met a zero on the way.
fn finite(bound: f64) -> f64 {
    if bound.is_nan() { f64::INFINITY } else { bound }
}

/// What a run can reach from a step on, in Frobenius norms.
struct Reach {
    /// n².
    count: f64,
    /// The factor between an exact and a computed loss of the same computed residual, either way.
    loss_rounding: f64,
    /// ‖e‖: from the exact residual of a parameter to the computed one.
    residual_error: f64,
    /// ‖E‖.
    residual: f64,
    /// The part of ‖E‖ that comes from rounding.
    rounded: f64,
}

/// Bounds on ‖R‖, ‖E‖ and ‖A‖ over some steps.
#[derive(Clone, Copy)]
struct Norms {
    parameter: f64,
    residual: f64,
    gradient: f64,
}

impl Reach {
    fn new<T: Scalar>(problem: &Problem<T>, step: usize) -> Result<Reach> {
        problem.check()?;
        let n = problem.size as f64;
        let count = n * n;
        let u = T::DTYPE.unit_roundoff();
        let gamma = |k: f64| k * u / (1.0 - k * u);
        let alpha = T::from_f64(problem.learning_rate).to_f64();
        let beta = T::from_f64(problem.momentum).to_f64();
        let directions = directions(problem, step, alpha, beta)?;
        let frobenius = |each: &dyn Fn(&Direction) -> f64| norm(directions.iter().map(each));
        let matrix = frobenius(&|d| d.sigma);
        let inverse = frobenius(&|d| 1.0 / d.sigma);

        let residual_error = |m: Norms| (1.0 + u) * gamma(n) * m.parameter * matrix + u * m.residual;
        // How far rounding moves an output in one direction, given how far units of a, r and v move it.
        let moved = |m: Norms, d: &Direction, units: [f64; 3]| {
            let residual = m.residual + residual_error(m);
            let upstream = (1.0 + u) * (1.0 + u) * 2.0 / count * residual;
            let a = d.sigma * 2.0 / count * (residual_error(m) + (2.0 * u + u * u) * residual)
                + gamma(n) * upstream * matrix
                + u * m.gradient;
            let r = u * (alpha * m.gradient + m.parameter);
            let v = u * beta * m.gradient;
            units[0] * a + units[1] * r + units[2] * v
        };
        let norms = |w: &dyn Fn(&Direction) -> f64, gradient: &dyn Fn(&Direction) -> f64| Norms {
            parameter: inverse + frobenius(w),
            residual: frobenius(&|d| d.sigma * w(d)),
            gradient: frobenius(gradient),
        };
        let whole = fixed_point(|m| {
            norms(&|d| d.free.w.peak + moved(m, d, d.w(|y| y.sum)), &|d| {
                d.free.gradient.peak + moved(m, d, d.gradient())
            })
        });
        let half = norms(&|d| d.free.w.peak_from_half + moved(whole, d, d.w(|y| y.sum)), &|d| {
            d.free.gradient.peak_from_half + moved(whole, d, d.gradient())
        });
        let rounded = |d: &Direction| {
            let forgotten = moved(whole, d, d.w(|y| y.sum_from_half));
            moved(whole, d, d.w(|y| y.sum)).min(forgotten + moved(half, d, d.w(|y| y.sum)))
        };
        Ok(Reach {
            count,
            loss_rounding: 1.0 + gamma(2.0 * (count + 2.0)),
            residual_error: residual_error(if step == 0 { whole } else { half }),
            residual: frobenius(&|d| d.sigma * (d.free.w.peak_from_step + rounded(d))),
            rounded: frobenius(&|d| d.sigma * rounded(d)),
        })
    }

    /// The greatest computed loss of a computed residual of this norm.
    fn loss(&self, residual: f64) -> f64 {
        residual * residual / self.count * self.loss_rounding
    }
}

/// A point s ≥ F(s) of the monotone map `next`; infinite if there seems to be none.
fn fixed_point(next: impl Fn(Norms) -> Norms) -> Norms {
    let all = |x| Norms { parameter: x, residual: x, gradient: x };
    let mut m = all(0.0);
    for _ in 0..1000 {
        let bound = next(m);
        if bound.parameter <= m.parameter && bound.residual <= m.residual && bound.gradient <= m.gradient {
            return m;
        }
        let above = |x: f64| x * (1.0 + 1e-9);
        m = Norms {
            parameter: above(bound.parameter),
            residual: above(bound.residual),
            gradient: above(bound.gradient),
        };
    }
    all(f64::INFINITY)
}

/// One direction Uᵢ: the free run in it, and the responses to units of a, r and v.
struct Direction {
    sigma: f64,
    free: Response,
    to: [Response; 3],
}

impl Direction {
    fn w(&self, what: impl Fn(&Output) -> f64) -> [f64; 3] {
        [0, 1, 2].map(|i| what(&self.to[i].w))
    }

    /// The ℓ¹ norms of A, which takes in the perturbation a at once.
    fn gradient(&self) -> [f64; 3] {
        [1.0 + self.to[0].gradient.sum, self.to[1].gradient.sum, self.to[2].gradient.sum]
    }
}

fn directions<T: Scalar>(problem: &Problem<T>, step: usize, alpha: f64, beta: f64) -> Result<Vec<Direction>> {
    let n = problem.size as i64;
    let tensor = |values: &[T]| {
        let values: Vec<f64> = values.iter().map(|value| value.to_f64()).collect();
        Tensor::f_from_slice(&values)?.f_reshape([n, n])
    };
    let (matrix, parameter) = (tensor(problem.matrix)?, tensor(problem.parameter)?);
    let (_, sigma, z) = matrix.f_svd(true, true)?;
    let residual = parameter.f_matmul(&matrix)?.f_sub(&Tensor::f_eye(n, (Kind::Double, Device::Cpu))?)?;
    // E = W·M, so W₀·Uᵢ = E₀·Zᵢ/σᵢ.
    let start = residual.f_matmul(&z)?.f_square()?.f_sum_dim_intlist(0, false, None)?.f_sqrt()?;
    let (sigma, start) = (Vec::<f64>::try_from(sigma)?, Vec::<f64>::try_from(start)?);
    let direction = |(sigma, start): (f64, f64)| {
        let map = Map { alpha, beta, lambda: 2.0 * sigma * sigma / (n * n) as f64 };
        Direction {
            sigma,
            free: map.response([start / sigma, 0.0], step),
            to: [[-alpha, beta], [1.0, 0.0], [0.0, 1.0]].map(|state| map.response(state, step)),
        }
    };
    Ok(sigma.into_iter().zip(start).map(direction).collect())
}

/// The step in one direction, without rounding.
struct Map {
    alpha: f64,
    beta: f64,
    lambda: f64,
}

/// The course of w and of A from one state on.
#[derive(Clone, Copy)]
struct Response {
    w: Output,
    gradient: Output,
}

/// The ℓ¹ norm and the peak of one output; all of it, from half of the step in question on, and from the step on.
#[derive(Clone, Copy, Default)]
struct Output {
    sum: f64,
    sum_from_half: f64,
    peak: f64,
    peak_from_half: f64,
    peak_from_step: f64,
}

impl Output {
    /// Counts in the output `y` at the k-th step. With a bound on all that is still to come, it stands for that.
    fn count(&mut self, y: f64, k: usize, step: usize) {
        let y = y.abs();
        self.sum += y;
        self.peak = self.peak.max(y);
        if k >= step / 2 {
            self.sum_from_half += y;
            self.peak_from_half = self.peak_from_half.max(y);
        }
        if k >= step {
            self.peak_from_step = self.peak_from_step.max(y);
        }
    }

    /// Whether `rest`, a bound on all that is still to come, adds little.
    fn is_settled(&self, rest: f64) -> bool {
        rest <= 1e-3 * self.sum_from_half && rest <= self.peak_from_step
    }
}

impl Map {
    /// Follows the free run from the state (w, v). What comes after the steps taken is bounded: w and A obey
    /// `y″ = tr·y′ − det·y`, so Σ|y| ≤ (|y| + |y′ − tr·y|) / ((1 − |z₁|)(1 − |z₂|)) with B's eigenvalues z.
    fn response(&self, [mut w, mut v]: [f64; 2], step: usize) -> Response {
        const FURTHER_STEPS: usize = 100_000;
        let Map { alpha, beta, lambda } = *self;
        let trace = 1.0 - alpha * lambda + beta;
        let discriminant = trace * trace - 4.0 * beta;
        let [z1, z2] = if discriminant < 0.0 {
            [beta.sqrt(); 2]
        } else {
            [trace - discriminant.sqrt(), trace + discriminant.sqrt()].map(|z| (z / 2.0).abs())
        };
        let rest = |y: f64, next: f64| {
            if z1 < 1.0 && z2 < 1.0 {
                (y.abs() + (next - trace * y).abs()) / ((1.0 - z1) * (1.0 - z2))
            } else {
                f64::INFINITY
            }
        };

        let mut response = Response { w: Output::default(), gradient: Output::default() };
        for k in 0.. {
            let gradient = lambda * w + v;
            let next = [w - alpha * gradient, beta * gradient];
            let rest_w = rest(w, next[0]);
            let rest_gradient = rest(gradient, lambda * next[0] + next[1]);
            let settled = response.w.is_settled(rest_w) && response.gradient.is_settled(rest_gradient);
            if rest_w == f64::INFINITY || k >= step && (settled || k >= step + FURTHER_STEPS) {
                response.w.count(rest_w, k.max(step), step);
                response.gradient.count(rest_gradient, k.max(step), step);
                break;
            }
            response.w.count(w, k, step);
            response.gradient.count(gradient, k, step);
            [w, v] = next;
        }
        response
    }
}

fn norm(values: impl Iterator<Item = f64>) -> f64 {
    values.map(|value| value * value).sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::Map;

    /// However the run goes on, the bounds hold and are close to what 20,000 steps add up to.
    #[test]
    fn sums_and_peaks_are_those_of_a_long_run() {
        for (alpha, beta, lambda) in
            [(0.9, 0.9, 0.5), (0.9, 0.9, 1e-3), (0.9, 0.1, 1e-2), (0.5, 0.0, 1.0), (0.9, 0.5, 3.0)]
        {
            for state in [[-alpha, beta], [1.0, 0.0], [0.0, 1.0]] {
                for step in [0, 7, 40] {
                    let response = Map { alpha, beta, lambda }.response(state, step);
                    let [mut w, mut v] = state;
                    let mut all: Vec<f64> = vec![];
                    for _ in 0..20_000 {
                        all.push(w.abs());
                        let gradient = lambda * w + v;
                        [w, v] = [w - alpha * gradient, beta * gradient];
                    }
                    let sum = |from: usize| all[from..].iter().sum::<f64>();
                    let peak = |from: usize| all[from..].iter().copied().fold(0.0, f64::max);
                    let expected = [
                        (response.w.sum, sum(0)),
                        (response.w.sum_from_half, sum(step / 2)),
                        (response.w.peak, peak(0)),
                        (response.w.peak_from_half, peak(step / 2)),
                        (response.w.peak_from_step, peak(step)),
                    ];
                    for (bound, exact) in expected {
                        let near = exact * (1.0 - 1e-9)..=exact * 1.002;
                        assert!(near.contains(&bound), "{alpha} {beta} {lambda} {step}: {bound:e}, {exact:e}");
                    }
                }
            }
        }
    }
}

//! How fast a run converged: the factor by which the residual shrank a step, measured from its losses.

use crate::Scalar;

/// Where rounding ends a descent.
#[derive(Clone, Copy, Debug)]
pub struct Rounding {
    /// The unit roundoff u of the run's dtype: 2⁻²⁴ or 2⁻⁵³.
    pub unit: f64,
    /// A loss that no stable run stops above: see `Spectrum::rounding`.
    pub floor: f64,
}

/// The factor by which the residual `‖R·M − I‖` shrank a step; the loss shrank by its square.
///
/// It is measured between the sums of the losses over two windows of equal length h, side by side: their ratio is the
/// factor to the power of 2h, exactly for a geometric series, and with oscillations averaged out. The windows end where
/// the descent ends: at the last finite loss, or before rounding shows in a run that got so far. Together they fill the
/// second half of the steps before, in which the slowest eigenvalue decides.
///
/// `None` where fewer than 8 steps would be left for both windows.
pub fn measured<T: Scalar>(losses: &[T], rounding: Rounding) -> Option<f64> {
    let finite = losses.iter().position(|&loss| !loss.into().is_finite()).unwrap_or(losses.len());
    let losses = &losses[..finite];
    let end = before_rounding(losses, rounding).unwrap_or(losses.len());
    let h = end / 4;
    if h < 4 {
        return None;
    }
    let windows = &losses[end - 2 * h..end];
    // Scaled by the greatest, so that no sum overflows.
    let greatest = windows.iter().copied().map(T::into).fold(0.0, f64::max);
    let sum = |window: &[T]| window.iter().map(|&loss| loss.into() / greatest).sum::<f64>();
    let ratio = sum(&windows[h..]) / sum(&windows[..h]);
    Some(ratio.powf(0.5 / h as f64)).filter(|factor| factor.is_finite())
}

/// Whether the run diverged: its losses left the finite numbers, or the last tenth of them is above the first on average.
pub fn has_diverged<T: Scalar>(losses: &[T]) -> bool {
    let last = mean(&losses[losses.len() - losses.len().div_ceil(10)..]);
    // Put so that NaN, on either side, has diverged.
    losses.first().is_some_and(|&first| !(last.is_finite() && last <= first.into()))
}

/// The number of steps before rounding shows; `None` for a run that didn't get there.
///
/// A run got there if the last tenth of its losses is below the floor on average and has all but stopped falling, or is
/// at u², below which no loss means anything: an entry of R·M next to 1 can't be nearer to it than u. Rounding shows
/// where the loss is within a factor of 100 of that average, or of u².
fn before_rounding<T: Scalar>(losses: &[T], rounding: Rounding) -> Option<usize> {
    let tenth = losses.len() / 10;
    if tenth == 0 {
        return None;
    }
    let (before, last) = losses.split_at(losses.len() - tenth);
    let (before, last) = (mean(&before[before.len() - tenth..]), mean(last));
    let least = 100.0 * rounding.unit.powi(2);
    if !(last <= rounding.floor && last >= before / 10.0 || last <= least) {
        return None;
    }
    let level = least.max(100.0 * last);
    // A run that begins there didn't fall to it.
    losses.iter().position(|&loss| loss.into() <= level).filter(|&end| end > 0)
}

fn mean<T: Scalar>(losses: &[T]) -> f64 {
    losses.iter().map(|&loss| loss.into()).sum::<f64>() / losses.len() as f64
}

//! How fast a run converged: the factor by which the residual shrank a step, measured from its losses.

/// Fewer steps than this tell nothing.
const FEWEST_STEPS: usize = 8;

/// Where rounding ends a descent.
#[derive(Clone, Copy, Debug)]
pub struct Rounding {
    /// The unit roundoff u of the run's dtype: 2⁻²⁴ or 2⁻⁵³.
    pub unit: f64,
    /// A loss that no run stops above:
    /// [`Spectrum::rounding_floor`](crate::theory::Spectrum::rounding_floor).
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
pub fn measured<T: Copy + Into<f64>>(losses: &[T], rounding: Rounding) -> Option<f64> {
    let finite = losses.iter().take_while(|&&loss| loss.into().is_finite());
    let losses: Vec<f64> = finite.map(|&loss| loss.into()).collect();
    let end = before_rounding(&losses, rounding).unwrap_or(losses.len());
    let window = end / 4;
    if 2 * window < FEWEST_STEPS {
        return None;
    }
    let windows = &losses[end - 2 * window..end];
    // Scaled by the greatest, so that no sum overflows.
    let greatest = windows.iter().copied().fold(0.0, f64::max);
    let sum = |window: &[f64]| window.iter().map(|loss| loss / greatest).sum::<f64>();
    let (first, second) = windows.split_at(window);
    let ratio = sum(second) / sum(first);
    ratio.is_finite().then(|| ratio.powf(0.5 / window as f64))
}

/// The number of steps before rounding shows; `None` for a run that didn't get there, or too soon to be measured.
///
/// A run got there if its last losses, a tenth of them, are below the floor on average. Rounding shows where the loss is
/// within a factor of 100 of that average, or of u²: an entry of R·M next to 1 can't be nearer to it than u.
fn before_rounding(losses: &[f64], rounding: Rounding) -> Option<usize> {
    let tail = &losses[losses.len() - losses.len().div_ceil(10)..];
    let mean = tail.iter().sum::<f64>() / tail.len() as f64;
    if mean.is_nan() || mean > rounding.floor {
        return None;
    }
    let level = 100.0 * mean.max(rounding.unit.powi(2));
    let end = losses.iter().position(|&loss| loss <= level)?;
    (end >= 2 * FEWEST_STEPS).then_some(end)
}

//! Fewer points for the same picture.

use crate::experiment::Scalar;

/// A curve's drawable points, in runs without a gap: `(step, loss)`.
///
/// A loss that is zero, subnormal, below zero, infinite or NaN has no place on a log axis and ends its run. The steps are
/// divided over `columns` pixel columns; of each run's points in one column the first, the least, the greatest and the
/// last stay. That draws the same pixels as all of them.
///
/// Source: Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014.
pub fn runs<T: Scalar>(losses: &[T], columns: usize) -> Vec<Vec<(usize, f64)>> {
    let points = losses.iter().map(|&loss| loss.into()).enumerate();
    let points: Vec<(usize, f64)> = points.filter(|(_, loss)| loss.is_normal() && *loss > 0.0).collect();
    let column = |step: usize| step * columns / losses.len();
    let thinned = |run: &[(usize, f64)]| run.chunk_by(|a, b| column(a.0) == column(b.0)).flat_map(outline).collect();
    points.chunk_by(|a, b| a.0 + 1 == b.0).map(thinned).collect()
}

/// The first, the least, the greatest and the last of one column's points, each once and in the order of their steps.
fn outline(column: &[(usize, f64)]) -> Vec<(usize, f64)> {
    let by_height = |a: &&(usize, f64), b: &&(usize, f64)| a.1.total_cmp(&b.1);
    let kept = [column.first(), column.iter().min_by(by_height), column.iter().max_by(by_height), column.last()];
    let mut kept: Vec<_> = kept.into_iter().flatten().copied().collect();
    kept.sort_by_key(|point| point.0);
    kept.dedup_by_key(|point| point.0);
    kept
}

//! Fewer points for the same picture.

use crate::experiment::Scalar;
/// A curve's drawable points, in runs without a gap: `(step, loss)`.
///
/// A loss that is zero, subnormal, below zero, infinite or NaN has no place on a log axis and ends its run. The steps are divided over
/// `columns` pixel columns; of each run's points in one column the first, the least, the greatest and the last stay.
/// That draws the same pixels as all of them.
///
/// Source: Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014.
pub fn runs<T: Scalar>(losses: &[T], columns: usize) -> Vec<Vec<(usize, f64)>> {
    let mut runs = Vec::new();
    let mut run = Vec::new();
    let mut column = Vec::new();
    let column_of = |step: usize| step * columns / losses.len().max(1);
    for (step, &loss) in losses.iter().enumerate() {
        let loss = loss.into();
        let has_place = loss.is_normal() && loss > 0.0;
        if step > 0 && column_of(step) != column_of(step - 1) || !has_place {
            run.append(&mut outline(&column));
            column.clear();
        }
        if has_place {
            column.push((step, loss));
        } else if !run.is_empty() {
            runs.push(std::mem::take(&mut run));
        }
    }
    run.append(&mut outline(&column));
    if !run.is_empty() {
        runs.push(run);
    }
    runs
}

/// The first, the least, the greatest and the last of one column's points, each once and in the order of their steps.
fn outline(column: &[(usize, f64)]) -> Vec<(usize, f64)> {
    let by_height = |a: &&(usize, f64), b: &&(usize, f64)| a.1.total_cmp(&b.1);
    let mut kept: Vec<(usize, f64)> =
        [column.first(), column.iter().min_by(by_height), column.iter().max_by(by_height), column.last()]
            .into_iter()
            .flatten()
            .copied()
            .collect();
    kept.sort_by_key(|point| point.0);
    kept.dedup_by_key(|point| point.0);
    kept
}

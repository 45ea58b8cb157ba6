//! Reads trees off whatever computes a sum, from outside (after FPRev: Xie et al., USENIX ATC 2025).
//!
//! **Shape.** With 2¹⁰⁰ at term i, −2¹⁰⁰ at term j and 1 elsewhere, whatever is added to one of the two before they meet is
//! swallowed: the sum is the number of terms outside the smallest subtree that holds both. Of a subtree, one term is taken,
//! the others are grouped by that number, and each group is a subtree again.
//!
//! **Fused edges.** With c at term k, −c at a term of what k is added to, 0 elsewhere, and c as every second factor, c² being
//! inexact, the sum is c² less its rounded value where k is added unrounded, and 0 where it isn't.
//!
//! **Check.** The probes alone would take a sum in extra precision for a tree. So terms that round are summed as well, and
//! the tree must give the same bits.

use super::tree::{Builder, Entries, Tree};
use crate::experiment::{Dtype, Scalar};
use anyhow::{Context, Result, bail, ensure};
use fastrand::Rng;
use std::cell::RefCell;
use std::collections::BTreeMap;

const OTHER_BITS: &str =
    "not a tree: the order that the answers to probes give computes other bits, as a sum in extra precision does";

/// Swallows whatever is added to it.
const MASK: f64 = (1_u128 << 100) as f64;

/// A number whose square is inexact: 1 + 2⁻¹² in f32, 1 + 2⁻²⁷ in f64.
pub fn square_rounds<T: Scalar>() -> f64 {
    1.0 + 1.0 / f64::from(1 << if T::DTYPE == Dtype::F32 { 12 } else { 27 })
}

/// How many sums of terms that round are compared: fewer of long ones.
fn checks(terms: usize) -> usize {
    ((1 << 13) / terms).clamp(24, 64)
}

/// A subtree that was taken apart: a term of it, and what is added to that, in this order.
struct Group {
    pivot: usize,
    /// Places in the list of groups.
    added: Vec<usize>,
}

/// Reads one tree of `terms` terms. `outside` answers pairs (i, j): how many terms are outside the smallest subtree that
/// holds both. `fused` answers pairs (k, s), where k is added to a sum that holds s: positive if k is added unrounded,
/// negative if s is, 0 if neither.
fn read(
    terms: usize,
    mut outside: impl FnMut(&[(usize, usize)]) -> Result<Vec<f64>>,
    fused: impl FnOnce(&[(usize, usize)]) -> Result<Vec<f64>>,
) -> Result<Tree> {
    let mut groups: Vec<Group> = vec![];
    let mut open = vec![(0..terms).collect::<Vec<_>>()];
    // One round for all subtrees that are still whole. The pivot is the first term, then the last: so neither a sequence
    // nor a reversed one takes more than two rounds.
    for round in 0.. {
        if open.is_empty() {
            break;
        }
        let pivots: Vec<_> = open.iter().map(|group| group[if round % 2 == 0 { 0 } else { group.len() - 1 }]).collect();
        let others = |(group, pivot): (&Vec<usize>, &usize)| {
            let pivot = *pivot;
            group.iter().filter(move |&&j| j != pivot).map(move |&j| (pivot, j)).collect::<Vec<_>>()
        };
        let pairs: Vec<_> = open.iter().zip(&pivots).flat_map(others).collect();
        let mut answers = outside(&pairs)?.into_iter().zip(pairs);
        let first_new = groups.len() + open.len();
        let mut next = vec![];
        for (group, pivot) in open.into_iter().zip(pivots) {
            let sizes = answers.by_ref().take(group.len() - 1);
            let sizes = sizes.map(|(outside, (_, j))| Ok((terms - whole(outside, terms)?, j)));
            let mut sizes: Vec<(usize, usize)> = sizes.collect::<Result<_>>()?;
            sizes.sort_unstable();
            let mut inside = 1;
            let mut added = vec![];
            for class in sizes.chunk_by(|a, b| a.0 == b.0) {
                inside += class.len();
                let (size, j) = class[0];
                ensure!(
                    size == inside,
                    "not a tree: the terms {pivot} and {j} meet in a sum of {size} terms, but {inside} terms meet there"
                );
                added.push(first_new + next.len());
                next.push(class.iter().map(|&(_, j)| j).collect());
            }
            groups.push(Group { pivot, added });
        }
        open = next;
    }
    build(&groups, fused)
}

/// Asks which terms are added unrounded, and puts the tree together.
fn build(groups: &[Group], fused: impl FnOnce(&[(usize, usize)]) -> Result<Vec<f64>>) -> Result<Tree> {
    let single = |group: &Group| group.added.is_empty();
    // Where a single term is added to a sum: the term, a term of the sum, whether both are single.
    let edge = |group: &Group, at: usize| {
        let other = &groups[group.added[at]];
        match (single(other), at == 0) {
            (true, both) => Some((other.pivot, group.pivot, both)),
            (false, true) => Some((group.pivot, other.pivot, false)),
            (false, false) => None,
        }
    };
    let edges = || groups.iter().flat_map(|group| (0..group.added.len()).map(move |at| edge(group, at)));
    let pairs: Vec<_> = edges().flatten().map(|(k, s, _)| (k, s)).collect();
    let mut answers = fused(&pairs)?.into_iter();
    // The term that is added unrounded, for each addition of each group in turn.
    let mut unrounded = vec![];
    for edge in edges() {
        unrounded.push(match edge.map(|edge| (edge, answers.next().unwrap_or(0.0))) {
            Some(((k, ..), answer)) if answer > 0.0 => Some(k),
            Some(((_, s, true), answer)) if answer < 0.0 => Some(s),
            Some(((k, s, false), answer)) if answer < 0.0 => {
                bail!("not a tree: the product {s} seems to be added unrounded where only {k} is added to a sum")
            }
            _ => None,
        });
    }
    let mut builder = Builder::default();
    let mut nodes = vec![0; groups.len()];
    let mut end = unrounded.len();
    for (at, group) in groups.iter().enumerate().rev() {
        end -= group.added.len();
        let mut sum = None;
        for (added, &unrounded) in group.added.iter().zip(&unrounded[end..]) {
            let other = nodes[*added];
            sum = Some(match (sum, unrounded) {
                (None, Some(k)) if k == group.pivot => builder.add_product(other, k, true),
                (sum, unrounded) => {
                    let sum = sum.unwrap_or_else(|| builder.term(group.pivot));
                    match unrounded {
                        Some(k) => builder.add_product(sum, k, true),
                        None => builder.add(sum, other),
                    }
                }
            });
        }
        nodes[at] = sum.unwrap_or_else(|| builder.term(group.pivot));
    }
    Ok(builder.finish(nodes[0]))
}

/// An answer to a probe of the shape, read as a number of terms.
fn whole(answer: f64, terms: usize) -> Result<usize> {
    let number = answer.round();
    ensure!(
        (answer - number).abs() < 0.25 && (0.0..=terms as f64 - 2.0).contains(&number),
        "not a tree: a probe was answered by {answer}, expected a whole number from 0 to {}",
        terms - 2
    );
    Ok(number as usize)
}

/// Factors whose products round when they are added: all of them, a few, or some that stand together; the others are 0.
fn rounding_factors<T: Scalar>(terms: usize, check: usize) -> Vec<(T, T)> {
    let mut rng = Rng::with_seed(check as u64);
    let start = rng.usize(0..terms);
    let exponents = if check.is_multiple_of(2) { 0..3 } else { 0..9 };
    let mut number = || {
        let sign = if rng.bool() { 1.0 } else { -1.0 };
        T::from_f64(sign * (1.0 + rng.f64()) * f64::from(1 << rng.i32(exponents.clone())))
    };
    let factors: Vec<_> = (0..terms).map(|_| (number(), number())).collect();
    let mut keep = |k: usize| match check % 4 {
        0 | 1 => true,
        2 => (k + terms - start) % terms < 8,
        _ => rng.usize(0..terms) < 6,
    };
    factors.into_iter().enumerate().map(|(k, pair)| if keep(k) { pair } else { [T::from_f64(0.0); 2].into() }).collect()
}

/// Reads the trees of all entries of an n×n product, n ≥ 1. `product` multiplies a left and a right factor, row by row.
/// Each row of the left factor carries a probe of its own. Entries that sum the same factors to the same bits, again and
/// again, have the same tree. An error: `product` fails, or what it answers contradicts any tree.
pub fn read_product<T: Scalar>(n: usize, mut product: impl FnMut(&[T], &[T]) -> Result<Vec<T>>) -> Result<Entries> {
    let mut product = |left: &[T], right: &[T]| {
        let answers = product(left, right)?;
        ensure!(answers.len() == n * n, "expected {n}×{n} answers, got {}", answers.len());
        Ok(answers)
    };
    let checks: Vec<Vec<(T, T)>> = (0..checks(n)).map(|check| rounding_factors(n, check)).collect();
    let mut prints = vec![0_u64; n * n];
    for check in &checks {
        let left: Vec<T> = check.iter().map(|&(a, _)| a).collect::<Vec<_>>().repeat(n);
        let right: Vec<T> = check.iter().flat_map(|&(_, b)| std::iter::repeat_n(b, n)).collect();
        for (print, answer) in prints.iter_mut().zip(product(&left, &right)?) {
            *print = with_print(*print, answer);
        }
    }
    let mut classes: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for (entry, print) in prints.iter().enumerate() {
        classes.entry(*print).or_default().push(entry);
    }
    let mut classes: Vec<_> = classes.into_values().collect();
    classes.sort_by_key(|class| (std::cmp::Reverse(class.len()), class[0]));

    let mut entries = Entries { size: n, trees: vec![], which: vec![0; n * n] };
    for (place, class) in classes.iter().enumerate() {
        let (row, column) = (class[0] / n, class[0] % n);
        let tree = read_entries(n, class, &mut product).with_context(|| format!("row {row}, column {column}"))?;
        let print = checks.iter().fold(0, |print, check| with_print(print, tree.sum(|k| check[k])));
        ensure!(print == prints[class[0]], "row {row}, column {column}: {OTHER_BITS}");
        entries.trees.push(tree);
        class.iter().for_each(|&entry| entries.which[entry] = place);
    }
    Ok(entries)
}

fn with_print<T: Scalar>(print: u64, answer: T) -> u64 {
    (print ^ answer.to_f64().to_bits()).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29)
}

/// Reads the tree that these entries have in common, in the column that holds most of them.
fn read_entries<T: Scalar>(
    n: usize,
    class: &[usize],
    product: impl FnMut(&[T], &[T]) -> Result<Vec<T>>,
) -> Result<Tree> {
    let mut rows_of = vec![vec![]; n];
    class.iter().for_each(|entry| rows_of[entry % n].push(entry / n));
    let (column, rows) = rows_of.iter().enumerate().max_by_key(|(_, rows)| rows.len()).context("no entry")?;
    let product = RefCell::new(product);
    // Answers probes: each is a row of `others` with `at` at its two places, beside a right factor of `right`s.
    let ask = |pairs: &[(usize, usize)], others: T, at: [T; 2], right: T| {
        let right = vec![right; n * n];
        let mut answers = Vec::with_capacity(pairs.len());
        for batch in pairs.chunks(rows.len()) {
            let mut left = vec![others; n * n];
            for (&(i, j), row) in batch.iter().zip(rows) {
                left[row * n + i] = at[0];
                left[row * n + j] = at[1];
            }
            let all = product.borrow_mut()(&left, &right)?;
            answers.extend(batch.iter().zip(rows).map(|(_, row)| all[row * n + column].to_f64()));
        }
        anyhow::Ok(answers)
    };
    let (zero, one, mask) = (T::from_f64(0.0), T::from_f64(1.0), T::from_f64(MASK));
    let c = T::from_f64(square_rounds::<T>());
    read(n, |pairs| ask(pairs, one, [mask, -mask], one), |pairs| ask(pairs, zero, [c, -c], c))
}

/// Reads the tree of a sum of `terms` ≥ 1 numbers, which `sum` answers divided by `divisor`: 1, or for a mean `terms`. An
/// error: `sum` fails, or what it answers contradicts any tree.
pub fn read_sum<T: Scalar>(terms: usize, divisor: usize, mut sum: impl FnMut(&[T]) -> Result<T>) -> Result<Tree> {
    let (one, mask) = (T::from_f64(1.0), T::from_f64(MASK));
    let mut values = vec![one; terms];
    let mut outside = |(i, j): (usize, usize)| {
        (values[i], values[j]) = (mask, -mask);
        let answer = sum(&values)?;
        (values[i], values[j]) = (one, one);
        Ok(answer.to_f64() * divisor as f64)
    };
    let outside = |pairs: &[(usize, usize)]| pairs.iter().map(|&pair| outside(pair)).collect();
    let tree = read(terms, outside, |pairs| Ok(vec![0.0; pairs.len()]))?;
    ensure!(sums_as(&tree, divisor, sum)?, "{OTHER_BITS}");
    Ok(tree)
}

/// Whether `sum` adds terms that round to the same bits as `tree`, again and again. An error: `sum` fails.
pub fn sums_as<T: Scalar>(tree: &Tree, divisor: usize, mut sum: impl FnMut(&[T]) -> Result<T>) -> Result<bool> {
    let divisor = T::from_f64(divisor as f64);
    for check in 0..checks(tree.terms()) {
        let terms: Vec<T> = rounding_factors(tree.terms(), check).into_iter().map(|(a, _)| a).collect();
        let by_tree = tree.sum(|k| (terms[k], T::from_f64(1.0)));
        if !sum(&terms)?.same(by_tree / divisor) {
            return Ok(false);
        }
    }
    Ok(true)
}

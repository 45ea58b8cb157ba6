//! The orders in which a dot product may be summed. Each gives other last bits.
//!
//! Which one a library takes is its kernel's affair. Seen at n = 4 in libtorch 2.13.0 with MKL 2024.2 on an AMD EPYC
//! (Zen 3: AVX2, no AVX-512), f32, the products as autograd calls for them; the loss is summed in 256-bit vectors:
//!
//! | MKL takes its processor for | `MKL_CBWR` | `R·M` | `G·Mᵀ` |
//! |---|---|---|---|
//! | AMD's, as it is | any value or none | in sequence | even and odd apart |
//! | Intel's | none, `AUTO`, `AVX2`, `AVX512` | even and odd apart, fused | even and odd apart, fused |
//! | Intel's | `AVX2,STRICT` | in sequence, fused | in sequence, fused |
//! | Intel's | `SSE4_2`, `AVX`, `AVX,STRICT` | in sequence | in sequence |
//! | Intel's | `COMPATIBLE`, `SSE2`, `SSSE3`, `SSE4_1` | in sequence | even and odd apart |
//!
//! "Intel's": `mkl_serv_intel_cpu_true` answers 1, as in notebook arithmetic. f64 is the same but for `COMPATIBLE` on
//! either processor and `SSE2` to `SSE4_1` on Intel's: in sequence, both products. At other n, strict AVX2 is in
//! sequence and fused for every n tried (to 100), both dtypes. MKL's other kernels change their order with n, and some
//! within one product, from row to row.

use crate::experiment::Scalar;
use std::fmt;

/// In which order the products `p_k = a_k · b_k`, k = 0 … n−1, of one dot product are summed.
///
/// The formulas show n = 4. Every partial sum starts from its first product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Order {
    /// `((p0 + p1) + p2) + p3`.
    Sequence,
    /// `((p3 + p2) + p1) + p0`.
    Reversed,
    /// `(p0 + p2) + (p1 + p3)`: the even and the odd products apart, each in sequence. The last product of an odd n is
    /// added at the end.
    EvenOdd,
    /// `(p0 + p1) + (p2 + p3)`: the first ⌈n/2⌉ products and the others apart, each in sequence.
    Halves,
    /// Four partial sums `s_l` of the products with k mod 4 = l, each in sequence, then `(s0 + s2) + (s1 + s3)`. What
    /// n mod 4 leaves over is added at the end, in sequence. At n = 4 this is [`Order::EvenOdd`] without fusing; below,
    /// it is [`Order::Sequence`].
    FourLanes,
}

/// How one dot product is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Summation {
    /// The order of the products.
    pub order: Order,
    /// Whether a product that is added to a partial sum is added by one fused multiply-add, unrounded. The first
    /// product of each partial sum is always rounded, and partial sums are added to each other by plain additions.
    pub fused: bool,
}

impl Summation {
    /// Each order without and with fusing, the simplest first.
    pub const ALL: [Summation; 10] = {
        let orders = [Order::Sequence, Order::Reversed, Order::EvenOdd, Order::Halves, Order::FourLanes];
        let mut all = [Summation { order: Order::Sequence, fused: false }; 10];
        let mut i = 0;
        while i < all.len() {
            all[i] = Summation { order: orders[i / 2], fused: i % 2 == 1 };
            i += 1;
        }
        all
    };

    /// Hands `take` the indices and the value of each of n×n dot products. `factors(i, j, k) = (a_k, b_k)`.
    #[inline(always)]
    pub(super) fn each_dot<T: Scalar>(
        self,
        n: usize,
        factors: impl Fn(usize, usize, usize) -> (T, T),
        mut take: impl FnMut(usize, usize, T),
    ) {
        macro_rules! all {
            ($($order:ident)+) => {
                match (self.order, self.fused) {
                    $(
                        (Order::$order, false) => all!(@ $order, false),
                        (Order::$order, true) => all!(@ $order, true),
                    )+
                }
            };
            (@ $order:ident, $fused:literal) => {
                for i in 0..n {
                    for j in 0..n {
                        let this = Summation { order: Order::$order, fused: $fused };
                        take(i, j, this.dot(n, |k| factors(i, j, k)));
                    }
                }
            };
        }
        all!(Sequence Reversed EvenOdd Halves FourLanes);
    }

    /// The dot product of n ≥ 1 pairs of factors, `term(k) = (a_k, b_k)`.
    #[inline(always)]
    pub(super) fn dot<T: Scalar>(self, n: usize, term: impl Fn(usize) -> (T, T)) -> T {
        let product = |k| {
            let (a, b) = term(k);
            a * b
        };
        let add = |sum: T, k| {
            let (a, b) = term(k);
            if self.fused { a.mul_add(b, sum) } else { sum + a * b }
        };
        let strided =
            |first: usize, end: usize, stride: usize| (first + stride..end).step_by(stride).fold(product(first), add);
        match self.order {
            Order::Reversed => (0..n - 1).rev().fold(product(n - 1), add),
            Order::EvenOdd if n >= 2 => {
                let even = n - n % 2;
                (even..n).fold(strided(0, even, 2) + strided(1, even, 2), add)
            }
            Order::Halves if n >= 2 => {
                let half = n.div_ceil(2);
                strided(0, half, 1) + strided(half, n, 1)
            }
            Order::FourLanes if n >= 4 => {
                let whole = n - n % 4;
                let lane = |l| strided(l, whole, 4);
                (whole..n).fold((lane(0) + lane(2)) + (lane(1) + lane(3)), add)
            }
            _ => strided(0, n, 1),
        }
    }
}

impl fmt::Display for Summation {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self.order {
            Order::Sequence => "in sequence",
            Order::Reversed => "reversed",
            Order::EvenOdd => "even and odd apart",
            Order::Halves => "halves apart",
            Order::FourLanes => "four lanes",
        })?;
        f.write_str(if self.fused { ", fused" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::{Order::*, Summation};

    /// Five pairs of factors whose products, added in another order or otherwise rounded, give another sum.
    const A: [f32; 5] = [0.8, 8.4, -8.0, -5.3, -6.9];
    const B: [f32; 5] = [-2.8, 4.7, 0.9, 5.7, -8.5];

    /// The n-term sum is `expected`, written out as in the documentation of [`super::Order`].
    #[track_caller]
    fn check(order: super::Order, fused: bool, n: usize, expected: f32) {
        let sum = Summation { order, fused }.dot(n, |k| (A[k], B[k]));
        assert_eq!(sum.to_bits(), expected.to_bits(), "{sum:e}, expected {expected:e}");
    }

    fn p(k: usize) -> f32 {
        A[k] * B[k]
    }

    fn fused(k: usize, sum: f32) -> f32 {
        A[k].mul_add(B[k], sum)
    }

    #[test]
    fn four_terms() {
        check(Sequence, false, 4, ((p(0) + p(1)) + p(2)) + p(3));
        check(Sequence, true, 4, fused(3, fused(2, fused(1, p(0)))));
        check(Reversed, false, 4, ((p(3) + p(2)) + p(1)) + p(0));
        check(Reversed, true, 4, fused(0, fused(1, fused(2, p(3)))));
        check(EvenOdd, false, 4, (p(0) + p(2)) + (p(1) + p(3)));
        check(EvenOdd, true, 4, fused(2, p(0)) + fused(3, p(1)));
        check(Halves, false, 4, (p(0) + p(1)) + (p(2) + p(3)));
        check(Halves, true, 4, fused(1, p(0)) + fused(3, p(2)));
        check(FourLanes, false, 4, (p(0) + p(2)) + (p(1) + p(3)));
        check(FourLanes, true, 4, (p(0) + p(2)) + (p(1) + p(3)));
    }

    #[test]
    fn five_terms() {
        check(Sequence, true, 5, fused(4, fused(3, fused(2, fused(1, p(0))))));
        check(Reversed, false, 5, (((p(4) + p(3)) + p(2)) + p(1)) + p(0));
        check(EvenOdd, false, 5, ((p(0) + p(2)) + (p(1) + p(3))) + p(4));
        check(EvenOdd, true, 5, fused(4, fused(2, p(0)) + fused(3, p(1))));
        check(Halves, true, 5, fused(2, fused(1, p(0))) + fused(4, p(3)));
        check(FourLanes, true, 5, fused(4, (p(0) + p(2)) + (p(1) + p(3))));
    }

    #[test]
    fn few_terms() {
        for order in [Sequence, Reversed, EvenOdd, Halves, FourLanes] {
            check(order, false, 1, p(0));
            check(order, true, 1, p(0));
            check(order, false, 2, p(0) + p(1));
        }
        check(Sequence, true, 2, fused(1, p(0)));
        check(EvenOdd, true, 2, p(0) + p(1));
        check(EvenOdd, true, 3, fused(2, p(0) + p(1)));
        check(Halves, true, 3, fused(1, p(0)) + p(2));
        check(FourLanes, false, 3, (p(0) + p(1)) + p(2));
    }

    /// Else the formulas above would hold in any order.
    #[test]
    fn these_products_tell_the_orders_apart() {
        let sums = Summation::ALL.map(|summation| summation.dot(4, |k| (A[k], B[k])).to_bits());
        let different: std::collections::HashSet<_> = sums.into_iter().collect();
        assert_eq!(different.len(), 8);
    }
}

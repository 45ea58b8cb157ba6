//! The orders in which a dot product may be summed. Each gives other last bits.

use super::real::Real;
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
        let orders = [
            Order::Sequence,
            Order::Reversed,
            Order::EvenOdd,
            Order::Halves,
            Order::FourLanes,
        ];
        let mut all = [Summation {
            order: Order::Sequence,
            fused: false,
        }; 10];
        let mut i = 0;
        while i < all.len() {
            all[i] = Summation {
                order: orders[i / 2],
                fused: i % 2 == 1,
            };
            i += 1;
        }
        all
    };

    /// Hands `take` the indices and the value of each of n×n dot products. `factors(i, j, k) = (a_k, b_k)`.
    #[inline(always)]
    pub(super) fn each_dot<T: Real>(
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
    pub(super) fn dot<T: Real>(self, n: usize, term: impl Fn(usize) -> (T, T)) -> T {
        let product = |k| {
            let (a, b) = term(k);
            a * b
        };
        let add = |sum: T, k| {
            let (a, b) = term(k);
            if self.fused {
                a.mul_add(b, sum)
            } else {
                sum + a * b
            }
        };
        let strided = |first: usize, end: usize, stride: usize| {
            (first + stride..end)
                .step_by(stride)
                .fold(product(first), add)
        };
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

//! Trees are read back from whatever sums in their order, and what sums in no such order is refused. Nothing here computes
//! with libtorch.

use fastrand::Rng;
use inverse_by_descent::by_hand::trees::{Builder, Entries, Tree, read_product, read_sum, sums_as};
use inverse_by_descent::by_hand::{Kernels, Problem, Trees, run};
use inverse_by_descent::experiment::trajectory::Trajectory;
use inverse_by_descent::experiment::{Gradient, Scalar};

/// A random order of the terms, as an evaluator of its own: no code of the library's trees.
enum Order {
    Term(usize),
    Add(Box<Order>, Box<Order>),
    Fused(Box<Order>, usize),
}

impl Order {
    fn random(rng: &mut Rng, terms: &mut Vec<usize>, count: usize, fused: bool) -> Order {
        if count == 1 {
            return Order::Term(terms.pop().unwrap());
        }
        // Half of the time as in a sequence, else a split anywhere.
        let left = if rng.bool() { count - 1 } else { rng.usize(1..count) };
        let sum = Order::random(rng, terms, left, fused);
        if left == count - 1 && fused && rng.bool() {
            return Order::Fused(Box::new(sum), terms.pop().unwrap());
        }
        Order::Add(Box::new(sum), Box::new(Order::random(rng, terms, count - left, fused)))
    }

    fn of(rng: &mut Rng, count: usize, fused: bool) -> Order {
        let mut terms: Vec<_> = (0..count).collect();
        rng.shuffle(&mut terms);
        Order::random(rng, &mut terms, count, fused)
    }

    fn sum<T: Scalar>(&self, factors: &impl Fn(usize) -> (T, T)) -> T {
        match self {
            Order::Term(k) => factors(*k).0 * factors(*k).1,
            Order::Add(a, b) => a.sum(factors) + b.sum(factors),
            Order::Fused(sum, k) => factors(*k).0.mul_add(factors(*k).1, sum.sum(factors)),
        }
    }

    fn tree(&self) -> Tree {
        fn node(order: &Order, builder: &mut Builder) -> usize {
            match order {
                Order::Term(k) => builder.term(*k),
                Order::Add(a, b) => {
                    let (b, a) = (node(b, builder), node(a, builder));
                    builder.add(b, a)
                }
                Order::Fused(sum, k) => {
                    let sum = node(sum, builder);
                    builder.add_product(sum, *k, true)
                }
            }
        }
        let mut builder = Builder::default();
        let root = node(self, &mut builder);
        builder.finish(root)
    }
}

/// The product of two n×n matrices, each entry by `dot(row, column, factors)`.
fn product<T: Scalar>(
    n: usize,
    dot: impl Fn(usize, usize, &dyn Fn(usize) -> (T, T)) -> T,
) -> impl Fn(&[T], &[T]) -> anyhow::Result<Vec<T>> {
    move |left, right| {
        let entry = |at: usize| {
            let (i, j) = (at / n, at % n);
            dot(i, j, &|k| (left[i * n + k], right[k * n + j]))
        };
        Ok((0..n * n).map(entry).collect())
    }
}

fn random_products_are_read_back<T: Scalar>() {
    let mut rng = Rng::with_seed(1);
    let sizes: &[usize] = if cfg!(miri) { &[1, 2, 4, 5] } else { &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17, 33] };
    for &n in sizes {
        for _ in 0..if cfg!(miri) { 1 } else { 6 } {
            // Up to three orders, scattered over the entries.
            let orders: Vec<_> = (0..rng.usize(1..=3)).map(|_| Order::of(&mut rng, n, true)).collect();
            let which: Vec<_> = (0..n * n).map(|_| rng.usize(0..orders.len())).collect();
            let dot = |i: usize, j: usize, factors: &dyn Fn(usize) -> (T, T)| orders[which[i * n + j]].sum(&factors);
            let read = read_product(n, product::<T>(n, dot)).unwrap();
            for (at, &which) in which.iter().enumerate() {
                let (read, tree) = (&read.trees[read.which[at]], orders[which].tree());
                assert_eq!(read, &tree, "n = {n}, entry {at}: {read}, expected {tree}");
            }
            assert_eq!(read.counts().iter().sum::<usize>(), n * n);
        }
    }
}

#[test]
fn products_in_f32_are_read_back() {
    random_products_are_read_back::<f32>();
}

#[test]
fn products_in_f64_are_read_back() {
    random_products_are_read_back::<f64>();
}

#[test]
fn sums_and_means_are_read_back() {
    let mut rng = Rng::with_seed(2);
    for terms in [1, 2, 3, 4, 9, 16, 81, 300].into_iter().take(if cfg!(miri) { 5 } else { 8 }) {
        let order = Order::of(&mut rng, terms, false);
        let of = |values: &[f32]| order.sum(&|k| (values[k], 1.0));
        assert_eq!(read_sum(terms, 1, |values: &[f32]| Ok(of(values))).unwrap(), order.tree());
        let mean = |values: &[f32]| Ok(of(values) / terms as f32);
        assert_eq!(read_sum(terms, terms, mean).unwrap(), order.tree());
        assert!(sums_as(&order.tree(), terms, mean).unwrap());
        let other = Order::of(&mut rng, terms, false).tree();
        assert_eq!(sums_as(&other, terms, mean).unwrap(), other == order.tree());
    }
}

/// What is summed in no order of two at a time is refused, in words.
#[test]
fn a_sum_that_is_no_tree_is_refused() {
    for n in [3, 4, 9, 17].into_iter().take(if cfg!(miri) { 2 } else { 4 }) {
        let refused = |what: &str, result: anyhow::Result<Entries>| {
            let error = format!("{:#}", result.expect_err(what));
            assert!(error.contains("not a tree"), "{what}, n = {n}: {error}");
        };
        // Extra precision: f32 products summed in f64, rounded once at the end.
        let extra = product::<f32>(n, |_, _, factors| {
            let exact = |k| f64::from(factors(k).0) * f64::from(factors(k).1);
            (0..n).map(exact).sum::<f64>() as f32
        });
        refused("extra precision", read_product(n, extra));
        // The first three terms at once, rounded once.
        let three = product::<f32>(n, |_, _, factors| {
            let exact = |k| f64::from(factors(k).0) * f64::from(factors(k).1);
            let start = (exact(0) + exact(1) + exact(2)) as f32;
            (3..n).fold(start, |sum, k| sum + factors(k).0 * factors(k).1)
        });
        refused("three at once", read_product(n, three));
        let nothing = product::<f64>(n, |_, _, _| f64::NAN);
        refused("not a number", read_product(n, nothing));
    }
    let exact = |values: &[f32]| Ok(values.iter().copied().map(f64::from).sum::<f64>() as f32);
    let error = read_sum(20, 1, exact).unwrap_err().to_string();
    assert!(error.contains("not a tree"), "{error}");
    let few = read_product(4, |_: &[f32], _: &[f32]| Ok(vec![1.0; 3])).unwrap_err().to_string();
    assert_eq!(few, "expected 4×4 answers, got 3");
}

#[test]
#[cfg_attr(miri, ignore = "300 terms, and every name for them")]
fn equal_orders_are_equal_and_have_names() {
    let tree = |add: &dyn Fn(&mut Builder) -> usize| {
        let mut builder = Builder::default();
        let root = add(&mut builder);
        builder.finish(root)
    };
    let even_odd = |swap: bool| {
        tree(&|b| {
            let (p0, p1, p2, p3) = (b.term(0), b.term(1), b.term(2), b.term(3));
            let (even, odd) = if swap { (b.add(p2, p0), b.add(p3, p1)) } else { (b.add(p0, p2), b.add(p1, p3)) };
            if swap { b.add(odd, even) } else { b.add(even, odd) }
        })
    };
    assert_eq!(even_odd(false), even_odd(true));
    assert_eq!(even_odd(true).to_string(), "(p0 + p2) + (p1 + p3)");
    assert_eq!(even_odd(true).name(), "even and odd apart");
    assert_eq!(Tree::sequence(4, true).to_string(), "((p0 ⊕ p1) ⊕ p2) ⊕ p3");
    assert_eq!(Tree::sequence(4, true).name(), "in sequence, fused");
    assert_eq!(Tree::sequence(1, true).name(), "one term");
    let blocks = tree(&|b| {
        let start = b.term(0);
        let first = (1..192).fold(start, |sum, k| b.add_product(sum, k, true));
        let start = b.term(192);
        let second = (193..300).fold(start, |sum, k| b.add_product(sum, k, true));
        b.add(first, second)
    });
    assert_eq!(blocks.name(), "blocks of 192 in sequence, fused");
    let four = tree(&|b| {
        let lanes: Vec<_> = (0..4)
            .map(|l| {
                let p = b.term(l);
                b.add_product(p, l + 4, false)
            })
            .collect();
        let (a, c) = (b.add(lanes[0], lanes[2]), b.add(lanes[1], lanes[3]));
        let all = b.add(a, c);
        b.add_product(all, 8, false)
    });
    assert_eq!(four.name(), "4 lanes apart, added pairwise, the last 1 at the end");
    let loss = Trees::of_the_notebook(9, f32::DTYPE).loss;
    assert_eq!(loss.name(), "ATen's cascade in vectors of 8");
    assert!(Order::of(&mut Rng::with_seed(3), 20, true).tree().name().starts_with("an order without a name"));
}

/// The notebook's order by the fast path and by its trees; and scattered random orders against an evaluator of its own.
#[test]
fn the_loop_computes_in_the_order_of_its_trees() {
    let mut rng = Rng::with_seed(4);
    for n in [1, 2, 4, 5, 9, 20].into_iter().take(if cfg!(miri) { 3 } else { 6 }) {
        let values: Vec<f32> = (0..2 * n * n).map(|_| rng.f32()).collect();
        let (matrix, parameter) = values.split_at(n * n);
        let problem =
            Problem { size: n, matrix, parameter, learning_rate: 0.9, momentum: 0.7, gradient: Gradient::Scaled };
        let notebook = Trees::of_the_notebook(n, f32::DTYPE);
        let fast = run(&problem, Kernels::Notebook, 50).unwrap();
        assert_eq!(run(&problem, Kernels::Trees(&notebook), 50).unwrap(), fast, "n = {n}");

        let orders = [(); 6].map(|()| Order::of(&mut rng, n, true));
        let loss = Order::of(&mut rng, n * n, false);
        let which: Vec<_> = (0..n * n).map(|_| rng.usize(0..3)).collect();
        let entries = |from: usize| Entries {
            size: n,
            trees: orders[from..from + 3].iter().map(Order::tree).collect(),
            which: which.clone(),
        };
        let trees = Trees { forward: entries(0), backward: entries(3), loss: loss.tree(), fused_update: true };
        let order = |from: usize, at: usize| &orders[from + which[at]];
        let expected = plainly(&problem, 5, order, &loss);
        assert_eq!(run(&problem, Kernels::Trees(&trees), 5).unwrap(), expected, "n = {n}");
    }
}

fn plainly<'a>(
    problem: &Problem<f32>,
    steps: usize,
    order: impl Fn(usize, usize) -> &'a Order,
    loss: &Order,
) -> Trajectory<f32> {
    let n = problem.size;
    let (alpha, beta) = (problem.learning_rate as f32, problem.momentum as f32);
    let (m, mut r, mut v) = (problem.matrix, problem.parameter.to_vec(), vec![-0.0; n * n]);
    let count = (n * n) as f32;
    let mut losses = vec![];
    for _ in 0..steps {
        let x = |at: usize| {
            let y = order(0, at).sum(&|k| (r[at / n * n + k], m[k * n + at % n]));
            (if at / n == at % n { 1.0 } else { 0.0 }) - y
        };
        let x: Vec<_> = (0..n * n).map(x).collect();
        losses.push(loss.sum(&|at| (x[at] * x[at], 1.0)) / count);
        let g: Vec<_> = x.iter().map(|x| -((1.0 / count) * (2.0 * x))).collect();
        for at in 0..n * n {
            v[at] += order(3, at).sum(&|k| (g[at / n * n + k], m[at % n * n + k]));
            r[at] -= alpha * v[at];
            v[at] *= beta;
        }
    }
    Trajectory { losses, parameter: r, gradient: v }
}

//! The report of the orders in which libtorch sums.

use crate::by_hand::Trees;
use crate::by_hand::trees::{Entries, Tree};
use crate::experiment::Dtype;
use crate::libtorch::environment::Environment;
use crate::output::folder::Folder;
use crate::parity::compare::{Comparison, Series};
use crate::plots::Picture;
use crate::report::count;
use crate::report::tree_picture::TreePicture;
use anyhow::Result;
use serde::Serialize;
use std::fmt::Write;

/// A tree of so many terms or fewer is written out as a formula.
const SHORT: usize = 16;

/// Everything that was found out.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether the trees explain every bit of every run.
    pub explained: bool,
    /// n.
    pub size: usize,
    /// For each number type.
    pub dtypes: Vec<OfDtype>,
    /// What it was read off.
    pub environment: Environment,
}

/// What was found out in one number type.
#[derive(Debug, Serialize)]
pub struct OfDtype {
    /// The number type.
    pub dtype: Dtype,
    /// The products `R·M` and `G·Mᵀ`, and the sum of the loss's squares.
    pub sums: [Sum; 3],
    /// The runs that were computed by libtorch and by hand with these trees.
    pub runs: Vec<Run>,
}

/// The trees of one of the sums.
#[derive(Debug, Serialize)]
pub struct Sum {
    /// `forward`, `backward` or `loss`.
    pub sum: &'static str,
    /// The different trees, the most frequent first.
    pub trees: Vec<Named>,
}

/// One tree.
#[derive(Debug, Serialize)]
pub struct Named {
    /// In words.
    pub words: String,
    /// As a formula, where it is short.
    pub formula: Option<String>,
    /// How many entries are summed in this order.
    pub entries: usize,
    /// Which entries.
    pub place: String,
    #[serde(skip)]
    tree: Tree,
}

/// One run, by hand and by libtorch.
#[derive(Debug, Serialize)]
pub struct Run {
    /// Its name.
    pub name: &'static str,
    /// How the two compare, to the bit; ours is by hand.
    pub comparison: Comparison,
}

impl Sum {
    fn of_product(sum: &'static str, entries: Entries) -> Sum {
        let places: Vec<_> = (0..entries.trees.len()).map(|tree| entries.place(tree)).collect();
        let trees = entries.counts().into_iter().zip(places).zip(entries.trees);
        let named = trees.map(|((count, place), tree)| Named::new(tree, count, place));
        Sum { sum, trees: named.collect() }
    }
}

impl Named {
    fn new(tree: Tree, entries: usize, place: String) -> Named {
        let formula = (tree.terms() <= SHORT).then(|| tree.to_string());
        Named { words: tree.name(), formula, entries, place, tree }
    }
}

impl OfDtype {
    /// Names the trees.
    pub fn new(dtype: Dtype, trees: Trees, runs: Vec<Run>) -> OfDtype {
        let Trees { forward, backward, loss } = trees;
        let sums = [
            Sum::of_product("forward", forward),
            Sum::of_product("backward", backward),
            Sum { sum: "loss", trees: vec![Named::new(loss, 1, "the one sum".to_string())] },
        ];
        OfDtype { dtype, sums, runs }
    }

    /// Draws each tree into the folder.
    ///
    /// # Errors
    /// When one can't be drawn or written.
    pub fn stage_pictures(&self, folder: &mut Folder) -> Result<()> {
        for Sum { sum, trees } in &self.sums {
            for (at, named) in trees.iter().enumerate() {
                let name = format!("{}-{sum}-{}.svg", self.dtype, at + 1);
                folder.stage(&name, TreePicture(&named.tree).svg()?.as_bytes())?;
            }
        }
        Ok(())
    }
}

impl Report {
    /// Sums up.
    pub fn new(size: usize, dtypes: Vec<OfDtype>, environment: Environment) -> Report {
        let runs = || dtypes.iter().flat_map(|of| &of.runs);
        Report { explained: runs().all(|run| run.comparison.all_equal()), size, dtypes, environment }
    }

    /// The report for a reader.
    pub fn text(&self) -> String {
        let Environment { torch, mkl, cpu_capability, arithmetic, threads, .. } = &self.environment;
        let mut text = format!(
            "libtorch {torch}, {mkl}, ATen's kernels for {cpu_capability}, {arithmetic} arithmetic, threads: {threads}; \
             n = {}\n",
            self.size
        );
        for OfDtype { dtype, sums, runs } in &self.dtypes {
            let _ = writeln!(text, "\n{dtype}");
            for Sum { sum, trees } in sums {
                for Named { words, formula, entries, place, .. } in trees {
                    let entries = if *sum == "loss" {
                        String::new()
                    } else {
                        format!("{} of {}: ", count(*entries), count(self.size * self.size))
                    };
                    let _ = writeln!(text, "    {sum:9}{words} ({entries}{place})");
                    if let Some(formula) = formula {
                        let _ = writeln!(text, "             {formula}");
                    }
                }
            }
            for Run { name, comparison } in runs {
                let Comparison { losses, parameter, gradient } = comparison;
                let equal = |series: &Series| format!("{} of {}", count(series.equal), count(series.count));
                let _ = writeln!(
                    text,
                    "    {name}: equal to the bit by hand and in libtorch: {} losses, {} parameters, {} gradients",
                    equal(losses),
                    equal(parameter),
                    equal(gradient)
                );
                text.push_str(&losses.differences("loss", "step"));
                text.push_str(&parameter.differences("parameter", "entry"));
                text.push_str(&gradient.differences("gradient", "entry"));
            }
        }
        let fused = |named: &Named| named.formula.as_ref().is_some_and(|text| text.contains('⊕'));
        if self.dtypes.iter().flat_map(|of| &of.sums).flat_map(|sum| &sum.trees).any(fused) {
            text.push_str("\n⊕ adds a product unrounded, in one fused multiply-add.\n");
        }
        text.push_str(match self.explained {
            true => "\nEvery bit is explained by these orders of summation.\n",
            false => "\nNot every bit is explained by these orders of summation.\n",
        });
        text
    }
}

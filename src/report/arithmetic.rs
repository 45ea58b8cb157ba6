//! The report of the orders in which libtorch sums.

use super::tree_picture::TreePicture;
use super::{count, differences};
use crate::by_hand::Trees;
use crate::by_hand::trees::{Entries, Tree};
use crate::experiment::Dtype;
use crate::libtorch::environment::Environment;
use crate::output::folder::Pictures;
use crate::parity::compare::{Comparison, Series};
use crate::plots::Picture;
use serde::Serialize;
use std::fmt::Write;

/// Trees of one sum that are drawn at most.
pub const DRAWN: usize = 100;

fn picture_name(dtype: Dtype, sum: &str, at: usize) -> String {
    format!("{dtype}-{sum}-{}.svg", at + 1)
}

/// The names of all files that [`Report::draw`] may write.
pub fn picture_names() -> Vec<String> {
    let dtypes = [Dtype::F32, Dtype::F64].into_iter();
    let sums = dtypes.flat_map(|dtype| ["forward", "backward", "loss"].map(|sum| (dtype, sum)));
    sums.flat_map(|(dtype, sum)| (0..DRAWN).map(move |at| picture_name(dtype, sum, at))).collect()
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub explained: bool,
    size: usize,
    dtypes: Vec<OfDtype>,
    environment: Environment,
}

#[derive(Debug, Serialize)]
pub struct OfDtype {
    dtype: Dtype,
    sums: [Sum; 3],
    runs: Vec<Run>,
}

/// One of a step's three sums, with its orders.
#[derive(Debug, Serialize)]
pub(super) struct Sum {
    /// `forward` and `backward`, the products `R·M` and `G·Mᵀ`, or `loss`.
    pub sum: &'static str,
    pub trees: Vec<Named>,
}

#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Named {
    pub words: String,
    pub formula: Option<String>,
    /// How many entries are summed in this order, and which.
    entries: usize,
    pub place: String,
    #[serde(skip)]
    pub tree: Tree,
}

/// The forward product, the backward one and the loss.
pub(super) fn sums(Trees { forward, backward, loss, .. }: Trees) -> [Sum; 3] {
    let sums = [("forward", forward), ("backward", backward), ("loss", Entries::all(1, loss))];
    sums.map(|(name, entries)| Sum::new(name, entries))
}

/// One run by hand, "ours", and by libtorch.
#[derive(Debug, Serialize)]
pub struct Run {
    pub name: &'static str,
    pub comparison: Comparison,
}

impl Sum {
    fn new(sum: &'static str, entries: Entries) -> Sum {
        let places = (0..entries.trees.len()).map(|tree| entries.place(tree)).zip(entries.counts());
        let named = places.zip(&entries.trees).map(|((place, entries), tree)| {
            let formula = (tree.terms() <= 16).then(|| tree.to_string());
            Named { words: tree.name(), formula, entries, place, tree: tree.clone() }
        });
        Sum { sum, trees: named.collect() }
    }
}

impl OfDtype {
    pub fn new(dtype: Dtype, trees: Trees, runs: Vec<Run>) -> OfDtype {
        OfDtype { dtype, sums: sums(trees), runs }
    }
}

impl Report {
    pub fn new(size: usize, dtypes: Vec<OfDtype>, environment: Environment) -> Report {
        let explained = dtypes.iter().flat_map(|of| &of.runs).all(|run| run.comparison.all_equal());
        Report { explained, size, dtypes, environment }
    }

    /// Draws each tree as `f32-forward-1.svg` and so on, up to [`DRAWN`] of each sum.
    pub fn draw(&self, pictures: &mut Pictures) {
        for OfDtype { dtype, sums, .. } in &self.dtypes {
            for Sum { sum, trees } in sums {
                for (at, named) in trees.iter().take(DRAWN).enumerate() {
                    let svg = TreePicture(&named.tree).svg();
                    pictures.add(&picture_name(*dtype, sum, at), svg.map(String::into_bytes));
                }
            }
        }
    }

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
                    let place = match trees.len() {
                        1 => String::new(),
                        _ => format!(" ({} of {} entries: {place})", count(*entries), count(self.size * self.size)),
                    };
                    let _ = writeln!(text, "    {sum:9}{words}{place}");
                    if let Some(formula) = formula {
                        let _ = writeln!(text, "             {formula}");
                    }
                }
            }
            for Run { name, comparison: Comparison { losses, parameter, gradient, .. } } in runs {
                let equal = |series: &Series| format!("{} of {}", count(series.equal), count(series.count));
                let [losses_equal, parameter_equal, gradient_equal] = [losses, parameter, gradient].map(equal);
                let _ = writeln!(
                    text,
                    "    {name}: by hand and in libtorch equal to the bit: {losses_equal} losses, {parameter_equal} \
                     parameters, {gradient_equal} gradients"
                );
                text += &differences(losses, "loss", "step");
                text += &differences(parameter, "parameter", "entry");
                text += &differences(gradient, "gradient", "entry");
            }
        }
        if text.contains('⊕') {
            text += "\n⊕ adds a product unrounded, in one fused multiply-add.\n";
        }
        let every = if self.explained { "Every" } else { "Not every" };
        text + &format!("\n{every} bit is explained by these orders of summation.\n")
    }
}

//! The orders of summation of both sides of a cross-check, in words.

use crate::by_hand::Trees;
use crate::by_hand::trees::Entries;
use crate::experiment::Dtype;
use crate::parity::account::Orders;
use crate::report::count;
use serde::Serialize;
use std::fmt::Write;

/// The sums of a step on n×n matrices on both sides.
#[derive(Debug, Serialize)]
pub struct OrdersCompared {
    size: usize,
    dtype: Dtype,
    /// Each of the sums, and SGD's update; empty where a side's can't be read.
    sums: Vec<Compared>,
    /// Why they can't be read.
    unreadable: Vec<String>,
}

/// One sum on both sides, in words.
#[derive(Debug, Serialize)]
struct Compared {
    sum: &'static str,
    differs: bool,
    ours: String,
    theirs: String,
}

impl OrdersCompared {
    pub fn new(Orders { size, dtype, ours, theirs }: &Orders) -> OrdersCompared {
        let (mut sums, mut unreadable) = (vec![], vec![]);
        match (ours, theirs) {
            (Ok(ours), Ok(theirs)) => sums = compared(ours, theirs),
            sides => {
                unreadable.extend(sides.0.as_ref().err().map(|why| format!("here, {why}")));
                unreadable.extend(sides.1.as_ref().err().map(|why| format!("there, {why}")));
            }
        }
        OrdersCompared { size: *size, dtype: *dtype, sums, unreadable }
    }

    fn differ(&self) -> impl Iterator<Item = &Compared> {
        self.sums.iter().filter(|sum| sum.differs)
    }
}

fn compared(ours: &Trees, theirs: &Trees) -> Vec<Compared> {
    let product = |sum, ours: &Entries, theirs: &Entries| Compared {
        sum,
        differs: ours != theirs,
        ours: words(ours),
        theirs: words(theirs),
    };
    let update = |fused| if fused { "one fused multiply-add" } else { "a product and a difference" }.to_owned();
    let loss = [ours, theirs].map(|trees| Entries::all(1, trees.loss.clone()));
    vec![
        product("forward product", &ours.forward, &theirs.forward),
        product("backward product", &ours.backward, &theirs.backward),
        product("sum of the loss", &loss[0], &loss[1]),
        Compared {
            sum: "update by SGD",
            differs: ours.fused_update != theirs.fused_update,
            ours: update(ours.fused_update),
            theirs: update(theirs.fused_update),
        },
    ]
}

/// `in sequence, fused`, or several orders with the number of entries that have each.
fn words(entries: &Entries) -> String {
    let mut names: Vec<(String, usize)> = vec![];
    for (tree, count) in entries.trees.iter().zip(entries.counts()) {
        let name = tree.name();
        match names.iter_mut().find(|(known, _)| *known == name) {
            Some((_, entries)) => *entries += count,
            None => names.push((name, count)),
        }
    }
    let all = count(entries.which.len());
    let names = names.iter().map(|(name, of)| match entries.trees.len() {
        1 => name.clone(),
        _ => format!("{name} ({} of {all} entries)", count(*of)),
    });
    names.collect::<Vec<_>>().join("; ")
}

/// Which of the sums differ, a line each, and where none does; empty where none was read.
pub fn text(all: &[OrdersCompared]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut text = "\nOrders of summation:\n".to_owned();
    let place = |OrdersCompared { size, dtype, .. }: &OrdersCompared| format!("n = {size} in {dtype}");
    for of in all {
        for Compared { sum, ours, theirs, .. } in of.differ() {
            let theirs = if ours == theirs { "another order of this kind" } else { theirs };
            let _ = writeln!(text, "    {}, {sum}\n        here   {ours}\n        there  {theirs}", place(of));
        }
        for why in &of.unreadable {
            let _ = writeln!(text, "    {}: no order can be read {why}", place(of));
        }
    }
    let same = all.iter().filter(|of| of.differ().next().is_none() && of.unreadable.is_empty());
    let same: Vec<_> = same.map(place).collect();
    if !same.is_empty() {
        let _ = writeln!(text, "    the same on both sides, for all sums: {}", same.join(", "));
    }
    text
}

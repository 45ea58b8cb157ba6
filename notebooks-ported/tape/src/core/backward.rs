//! 3. Backward: gradients travel from the loss to the leaves, through the nodes, the newest first.

use super::graph::{Node, Saved};
use super::tensor::{Array, Body, Tensor};
use crate::kind::{HINT, TWICE};
use crate::{Result, TchError};
use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

// [stage 3]
/// Sends a gradient of ones from `roots` towards the leaves. `is_on_the_way` says which nodes are to be reached. `take` gets
/// each node that was reached with its gradient, and `pass` each gradient on its way from a node to an input.
pub(crate) fn run(
    roots: &[&Tensor],
    keep_graph: bool,
    is_on_the_way: impl Fn(&Node) -> bool,
    mut take: impl FnMut(&Rc<Node>, Array),
    mut pass: impl FnMut(&Rc<Node>, &Rc<Node>, &Array),
) -> Result<()> {
    // The nodes that a gradient has arrived at, the newest last. A node is newer than all that it reads from, so nothing
    // more can arrive at the newest one: it's its turn.
    let mut waiting: Vec<(Rc<Node>, Array)> = vec![];
    for root in roots {
        let Some(node) = root.node() else {
            return TchError::torch("element 0 of tensors does not require grad and does not have a grad_fn");
        };
        let Array { shape, kind, .. } = *root.array()?;
        arrive(&mut waiting, &node, Array::new(shape, kind, |_| 1.0))?;
    }
    while let Some((node, gradient)) = waiting.pop() {
        for (by, input) in node.inputs.iter().enumerate() {
            let Some(input) = input.as_ref().filter(|input| is_on_the_way(input)) else { continue };
            let passed = node.op.derivative(by, &gradient, |operand| node.operand(operand))?;
            pass(&node, input, &passed);
            arrive(&mut waiting, input, passed)?;
        }
        if !keep_graph && node.inputs.iter().flatten().any(|input| is_on_the_way(input)) {
            node.free();
        }
        take(&node, gradient);
    }
    Ok(())
}

/// Adds a gradient to what has arrived at the node.
fn arrive(waiting: &mut Vec<(Rc<Node>, Array)>, node: &Rc<Node>, gradient: Array) -> Result<()> {
    match waiting.binary_search_by_key(&node.number, |(node, _)| node.number) {
        Ok(at) => waiting[at].1 = waiting[at].1.zip(&gradient, |a, b| a + b)?,
        Err(at) => waiting.insert(at, (node.clone(), gradient)),
    }
    Ok(())
}

impl Tensor {
    /// `torch.autograd.grad`: the gradients of the sum of `outputs` by each of the `inputs`. No leaf's `grad` changes.
    pub fn f_run_backward<T: Borrow<Tensor>, U: Borrow<Tensor>>(
        outputs: &[T],
        inputs: &[U],
        keep_graph: bool,
        create_graph: bool,
    ) -> Result<Vec<Tensor>> {
        if create_graph {
            return TchError::tape("second derivatives: create_graph must be false");
        }
        let outputs: Vec<&Tensor> = outputs.iter().map(T::borrow).collect();
        let Some(inputs) = inputs.iter().map(|input| input.borrow().node()).collect::<Option<Vec<_>>>() else {
            return TchError::torch("one of the input tensor does not use set_requires_grad");
        };
        let on_the_way = on_the_way(&outputs, &inputs);
        let mut found = BTreeMap::new();
        let take = |node: &Rc<Node>, gradient| {
            found.insert(node.number, gradient);
        };
        run(&outputs, keep_graph, |node| on_the_way.contains(&node.number), take, |_, _, _| ())?;
        let gradient = |input: &Rc<Node>| found.get(&input.number).cloned().map_or(Tensor(None), Tensor::plain);
        Ok(inputs.iter().map(gradient).collect())
    }
}
// [end]

// [stage 4]
/// Adds the gradient to the leaf's own.
fn accumulate(leaf: &Node, gradient: Array) {
    let mut grad = leaf.grad.borrow_mut();
    match grad.0.as_deref() {
        // In place, so that every handle on the gradient sees the sum.
        Some(Body { array, .. }) => array.write(|at| array.at(at) + gradient.at(at)),
        // The first one becomes the leaf's gradient, unless it is another's as well: in a + b both get the same numbers.
        None if Rc::strong_count(&gradient.numbers) == 1 => *grad = Tensor::plain(gradient),
        None => *grad = Tensor::plain(gradient.copy()),
    }
}

impl Tensor {
    /// Adds the gradient of this number to the `grad` of each leaf that it was computed from, and frees the graph.
    pub fn f_backward(&self) -> Result<()> {
        if self.node().is_some() && self.array()?.shape.count() != 1 {
            return TchError::torch("grad can be implicitly created only for scalar outputs");
        }
        let take = |node: &Rc<Node>, gradient| {
            if node.is_leaf() && node.is_wanted.get() {
                accumulate(node, gradient);
            }
        };
        run(&[self], false, |_| true, take, |_, _, _| ())
    }
}
// [end]

// [stage 6]
impl Node {
    /// An operand that was saved. An error if it was freed, or changed in place since.
    fn operand(&self, operand: usize) -> Result<Array> {
        if self.is_freed.get() {
            return TchError::torch(TWICE);
        }
        match &self.saved.borrow()[operand] {
            Some(Saved { array, version, .. }) if array.version.get() == *version => Ok(array.clone()),
            Some(saved) => TchError::torch(saved.has_changed()),
            None => TchError::tape("this operand wasn't saved: the table of derivatives is wrong"),
        }
    }
}

impl Saved {
    /// libtorch's sentence.
    fn has_changed(&self) -> String {
        let Saved { array, version, operand } = self;
        let made_by = Tensor(operand.upgrade()).node().filter(|node| !node.is_leaf());
        let made_by = made_by.map_or(String::new(), |node| format!(", which is output 0 of {},", node.op.name()));
        format!(
            "one of the variables needed for gradient computation has been modified by an inplace operation: \
             [CPU{:?}Type {}]{made_by} is at version {}; expected version {version} instead. {HINT}",
            array.kind,
            array.shape,
            array.version.get(),
        )
    }
}
// [end]

// [stage 7]
impl Node {
    /// Lets go of what was saved. A node that saved nothing can be passed again.
    fn free(&self) {
        let saved = self.saved.take();
        self.is_freed.set(self.is_freed.get() || saved.iter().any(Option::is_some));
    }
}

/// The numbers of `inputs` and of all nodes between `outputs` and them.
fn on_the_way(outputs: &[&Tensor], inputs: &[Rc<Node>]) -> BTreeSet<u64> {
    let mut reached = BTreeMap::new();
    let mut open: Vec<Rc<Node>> = outputs.iter().filter_map(|output| output.node()).collect();
    while let Some(node) = open.pop() {
        if reached.insert(node.number, node.clone()).is_none() {
            open.extend(node.inputs.iter().flatten().cloned());
        }
    }
    let mut on_the_way: BTreeSet<u64> = inputs.iter().map(|input| input.number).collect();
    // The oldest first: what an operation reads from is decided before it.
    for (number, node) in reached {
        if node.inputs.iter().flatten().any(|input| on_the_way.contains(&input.number)) {
            on_the_way.insert(number);
        }
    }
    on_the_way
}
// [end]

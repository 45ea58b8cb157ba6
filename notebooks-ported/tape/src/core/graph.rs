//! 2. The graph: each operation on a tensor that requires a gradient leaves a node.

use super::no_grad::is_recording;
use super::tensor::{Array, Body, Tensor};
use crate::derivatives::Op;
use crate::{Result, TchError};
use std::cell::{Cell, RefCell};
use std::mem::take;
use std::rc::{Rc, Weak};

// [stage 2]
/// An operation that was recorded, or a leaf: a tensor in which gradients are gathered.
pub struct Node {
    /// Nodes are numbered as they are made, so an operation's number is higher than those of the nodes it reads from.
    pub number: u64,
    /// What was done.
    pub op: Op,
    /// The nodes of the operands, in their order; `None` for an operand that requires no gradient.
    pub inputs: [Option<Rc<Node>>; 2],
    /// The operands that the derivative needs.
    pub(crate) saved: RefCell<[Option<Saved>; 2]>,
    /// Whether they were freed by a backward pass.
    pub(crate) is_freed: Cell<bool>,
    /// Of a leaf: its gradient, undefined at first.
    pub(crate) grad: RefCell<Tensor>,
    /// Of a leaf: what `set_requires_grad` last said.
    pub(crate) is_wanted: Cell<bool>,
}

/// An operand as it was when the operation was done. It keeps the numbers, not the tensor: a node that held tensors would
/// hold their nodes, and could so hold itself.
pub struct Saved {
    /// The numbers, which others may have changed since.
    pub array: Array,
    /// Their version then.
    pub version: i64,
    /// The operand, as long as somebody has a handle on it.
    pub(crate) operand: Weak<Body>,
}

impl Node {
    fn new(op: Op, inputs: [Option<Rc<Node>>; 2], saved: [Option<Saved>; 2]) -> Rc<Node> {
        thread_local!(static NUMBER: Cell<u64> = const { Cell::new(0) });
        Rc::new(Node {
            number: NUMBER.replace(NUMBER.get() + 1),
            op,
            inputs,
            saved: RefCell::new(saved),
            is_freed: Cell::new(false),
            grad: RefCell::new(Tensor(None)),
            is_wanted: Cell::new(true),
        })
    }

    /// The node of an operation; none if nothing is recorded now, or no operand requires a gradient.
    pub(crate) fn record(op: Op, operands: &[&Tensor]) -> Option<Rc<Node>> {
        if !is_recording() {
            return None;
        }
        let inputs = [0, 1].map(|at| operands.get(at)?.node());
        if inputs.iter().all(Option::is_none) {
            return None;
        }
        let is_needed = |operand| (0..2).any(|by| inputs[by].is_some() && op.needs(by).contains(&operand));
        let saved = [0, 1].map(|at| {
            let body = operands.get(at)?.0.as_ref().filter(|_| is_needed(at))?;
            Some(Saved { array: body.array.clone(), version: body.array.version.get(), operand: Rc::downgrade(body) })
        });
        Some(Node::new(op, inputs, saved))
    }

    /// Whether it stands for a tensor that no operation made.
    pub fn is_leaf(&self) -> bool {
        self.op == Op::Leaf
    }
}

impl Tensor {
    /// Makes a leaf of the tensor: from now on what is computed with it is recorded, and `backward` leaves a gradient in
    /// it. On a tensor that an operation made it does nothing.
    pub fn f_set_requires_grad(&self, requires_grad: bool) -> Result<Tensor> {
        let body = self.body()?;
        if requires_grad && !body.array.kind.is_float() {
            return TchError::torch("Only Tensors of floating point and complex dtype can require gradients");
        }
        let mut node = body.node.borrow_mut();
        match &*node {
            Some(node) if node.is_leaf() => node.is_wanted.set(requires_grad),
            None if requires_grad => *node = Some(Node::new(Op::Leaf, [None, None], [None, None])),
            _ => (),
        }
        Ok(self.shallow_clone())
    }

    /// Whether no recorded operation made the tensor.
    pub fn f_is_leaf(&self) -> Result<bool> {
        Ok(self.body()?.node.borrow().as_ref().is_none_or(|node| node.is_leaf()))
    }
    // [end]

    // [stage 4]
    /// The gradient that `backward` left in this leaf: the tensor itself, not a copy. Undefined before.
    pub fn f_grad(&self) -> Result<Tensor> {
        let node = self.body()?.node.borrow();
        Ok(node.as_ref().map_or(Tensor(None), |node| node.grad.borrow().shallow_clone()))
    }
    // [end]
}

/// Drops a long chain node by node: if each dropped the next inside its own drop, a long run would overflow the stack.
impl Drop for Node {
    fn drop(&mut self) {
        let mut open = vec![];
        let mut inputs = take(&mut self.inputs);
        loop {
            open.extend(inputs.into_iter().flatten());
            let Some(mut node) = open.pop() else { break };
            // Other handles may hold it; the last one's drop ends it, and its inputs are next.
            inputs = Rc::get_mut(&mut node).map(|node| take(&mut node.inputs)).unwrap_or_default();
        }
    }
}

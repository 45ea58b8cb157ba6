//! 1. A tensor: a handle on numbers, which other handles may share, and on the node of the graph that made it.

use super::graph::Node;
use crate::{Kind, Result, Shape, TchError};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

// [stage 1]
/// The numbers of a tensor, without a graph. Cloning it copies no number: both clones see every change in place.
#[derive(Clone)]
pub struct Array {
    /// Row by row, as f64. Each result is rounded to `kind` at once, so these are exactly the f32 of a float tensor.
    pub(crate) numbers: Rc<[Cell<f64>]>,
    /// How often the numbers were changed in place.
    pub(crate) version: Rc<Cell<i64>>,
    pub(crate) shape: Shape,
    pub(crate) kind: Kind,
}

/// A handle on a tensor, as a Python variable is one. An undefined tensor (Python's `None`) has nothing behind it.
#[must_use]
pub struct Tensor(pub(crate) Option<Rc<Body>>);

/// What all handles on one tensor share.
pub(crate) struct Body {
    pub(crate) array: Array,
    /// The node that made it, or a leaf's own node. A tensor that requires no gradient has none.
    pub(crate) node: RefCell<Option<Rc<Node>>>,
    /// libtorch would give a view here, which shares its numbers with another tensor; the tape copies them. The copy shares
    /// the other's version, which was this one then.
    pub(crate) copied_at: Option<i64>,
}

impl Array {
    /// New numbers, at version 0. Each is rounded to `kind`.
    pub(crate) fn new(shape: Shape, kind: Kind, number: impl Fn(usize) -> f64) -> Array {
        let places = 0..shape.count();
        let numbers = match kind {
            Kind::Float => places.map(|at| Cell::new(number(at) as f32 as f64)).collect(),
            _ => places.map(|at| Cell::new(number(at))).collect(),
        };
        Array { numbers, version: Rc::default(), shape, kind }
    }

    /// Puts other numbers in the place of these: a change in place.
    pub(crate) fn write(&self, number: impl Fn(usize) -> f64) {
        for (at, old) in self.numbers.iter().enumerate() {
            old.set(self.kind.round(number(at)));
        }
        self.version.set(self.version.get() + 1);
    }
}
// [end]

impl Tensor {
    pub(crate) fn of(array: Array, node: Option<Rc<Node>>, copied_at: Option<i64>) -> Tensor {
        Tensor(Some(Rc::new(Body { array, node: RefCell::new(node), copied_at })))
    }

    /// A tensor of these numbers, outside every graph.
    pub(crate) fn plain(array: Array) -> Tensor {
        Tensor::of(array, None, None)
    }

    /// What is behind the handle; an error if it is undefined.
    pub(crate) fn body(&self) -> Result<&Rc<Body>> {
        self.argument("#0 'self'")
    }

    /// The same for another argument than the first.
    pub(crate) fn argument(&self, argument: &str) -> Result<&Rc<Body>> {
        let expected = "Expected a proper Tensor but got None (or an undefined Tensor in C++) for argument";
        self.0.as_ref().ok_or_else(|| TchError::Torch(format!("{expected} {argument}")))
    }

    /// The numbers, to be read.
    pub fn array(&self) -> Result<&Array> {
        let Body { array, copied_at, .. } = &**self.body()?;
        if copied_at.is_some_and(|version| version != array.version.get()) {
            return TchError::tape(
                "views: these numbers were copied by get, tr or reshape, and the original has changed",
            );
        }
        Ok(array)
    }

    /// The node behind the tensor; none if it requires no gradient.
    pub fn node(&self) -> Option<Rc<Node>> {
        self.0.as_ref()?.node.borrow().clone().filter(|node| node.is_wanted.get())
    }

    /// Whether there is something behind the handle: `is not None`.
    pub fn defined(&self) -> bool {
        self.0.is_some()
    }

    // [stage 5]
    /// A second handle on the same tensor: Python's `same = x`.
    pub fn shallow_clone(&self) -> Tensor {
        Tensor(self.0.clone())
    }

    /// Another tensor on the same numbers, outside the graph. It shares the version too: backward sees what it changes.
    pub fn f_detach(&self) -> Result<Tensor> {
        Ok(Tensor::of(self.array()?.clone(), None, self.body()?.copied_at))
    }

    /// The same with a version of its own: backward doesn't see what is changed through it. Python's `x.data`.
    pub fn f_data(&self) -> Result<Tensor> {
        let array = Array { version: Rc::default(), ..self.array()?.clone() };
        Ok(Tensor::of(array, None, self.body()?.copied_at.map(|_| 0)))
    }
    // [end]
}

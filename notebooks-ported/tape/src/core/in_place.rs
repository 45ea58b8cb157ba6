//! 5. The update in place: new numbers for every handle, one version more, and perhaps another node.

use super::graph::Node;
use super::no_grad::is_recording;
use super::tensor::Tensor;
use crate::derivatives::Op;
use crate::{Result, TchError};

// [stage 6]
impl Tensor {
    /// Does `op` on the operands and puts the result in place of the first one.
    pub(crate) fn change(op: Op, operands: &[&Tensor]) -> Result<Tensor> {
        let [target, ..] = operands else { return TchError::tape("an operation without operands") };
        let body = target.body()?;
        if body.copied_at.is_some() {
            return TchError::tape(
                "views: get, tr and reshape copy here, so a change in place wouldn't reach the original",
            );
        }
        if is_recording() && target.node().is_some_and(|node| node.is_leaf()) {
            return TchError::torch("a leaf Variable that requires grad is being used in an in-place operation.");
        }
        let result = op.value(operands)?;
        // Recorded before the change: what is saved has its old version, so backward refuses it if it needs it.
        let node = Node::record(op, operands);
        body.array.write(|at| result.at(at));
        if node.is_some() {
            *body.node.borrow_mut() = node;
        }
        Ok(target.shallow_clone())
    }
}
// [end]

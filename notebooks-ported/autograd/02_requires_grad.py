# Idea: Gradients arrive in leaves: tensors that require them and that no recorded operation made.
# PyTorch: `rand(..., requires_grad=True)`, `x.requires_grad`, `x.is_leaf`
# Trap: `rand(..., requires_grad=True) * 2` is computed, so it isn't a leaf, and descent on it finds
#   no gradient. Compute first, then ask for gradients.
import torch
from torch import manual_seed, rand, tensor


def show(name, x):
    flags = f"requires grad {x.requires_grad}, leaf {x.is_leaf}"
    print(f"{name}: {flags}")


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
Y_hat = random_inverse @ M1234
show("M1234", M1234)
show("random_inverse", random_inverse)
show("Y_hat", Y_hat)

# the trap, and the way out of it
scaled = rand(size=[4, 4], requires_grad=True) * 2
show("scaled, wrong", scaled)
scaled = (rand(size=[4, 4]) * 2).requires_grad_(True)
show("scaled, right", scaled)

# the wrong program: only a leaf's flag can be cleared; detach() is the way for the others
try:
    Y_hat.requires_grad_(False)
    print("no error")
except RuntimeError as error:
    print("error:", error)
show("Y_hat", Y_hat)

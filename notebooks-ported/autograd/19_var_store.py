# Idea: Parameters live under names in a store: what is trained, and what is only kept.
# PyTorch: `torch.nn.Module`, `register_parameter`, `register_buffer`, `requires_grad_`
# Trap: a store holds the tensor it was given. Assigning another tensor to the variable leaves the
#   old one in the store; update in place.
import torch
from torch import manual_seed, rand, tensor


def show(vs):
    for name, x in sorted(vs.state_dict(keep_vars=True).items()):
        print(name, list(x.shape), x.requires_grad, f"{x[0, 0]:.4f}")
    trained = sum(x.requires_grad for x in vs.parameters())
    print(f"trained: {trained}")


vs = torch.nn.Module()
M1234 = torch.diag(tensor([1., 2., 3., 4.]))
vs.register_buffer("M1234", M1234)
manual_seed(314)
random_inverse = torch.nn.Parameter(rand(size=[4, 4]))
vs.register_parameter("random_inverse", random_inverse)
show(vs)

# in place: the store's tensor is the same one
with torch.no_grad():
    random_inverse += 1
show(vs)

# frozen
vs.requires_grad_(False)
show(vs)

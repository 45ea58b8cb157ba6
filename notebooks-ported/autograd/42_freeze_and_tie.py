# Idea: A frozen parameter gets no gradient; a tied one is one tensor in two places.
# PyTorch: `x.requires_grad_(False)`, `decoder.weight = encoder.weight`
# Trap: a gradient from before the freezing stays, and an optimizer with momentum goes on moving the
#   parameter. Clear it. A copy isn't tied: the two part at the first step.
import torch
from torch import tensor


def loss_of():
    return (shared * frozen * shared).sum()


shared = torch.nn.Parameter(tensor([3.]))
frozen = torch.nn.Parameter(tensor([2.]))
optimizer = torch.optim.SGD([shared, frozen], lr=0.1, momentum=0.9)

# both are trained; the tied one gets the sum of two gradients, 2 * 3 * 2
loss_of().backward()
print(f"shared: {shared.grad.item():.1f}, frozen: {frozen.grad.item():.1f}")
optimizer.step()

# frozen, but its old gradient is still there
frozen.requires_grad_(False)
optimizer.step()
print(f"frozen, moves all the same: {frozen.item():.4f}")
optimizer.zero_grad()
loss_of().backward()
optimizer.step()
print(f"frozen, and cleared: {frozen.item():.4f}")
print("has a gradient:", frozen.grad is not None)

# a store lists a tied tensor once for each name
model = torch.nn.Module()
model.encoder, model.decoder = shared, shared
print("names:", *sorted(model.state_dict()), "parameters:", len(list(model.parameters())))

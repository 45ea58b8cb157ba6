# Idea: Clipping shortens a gradient that is too long; all parameters count as one vector.
# PyTorch: `torch.nn.utils.clip_grad_norm_(parameters, 1.)`, `clip_grad_value_`
# Trap: clip after backward and before step. After the step it changes nothing but a momentum that
#   is kept in the gradient. The norm that comes back is the one before clipping: log it.
import torch
from torch import tensor


def show(name):
    print(f"{name}: {x.grad[0]:.4f} {x.grad[1]:.4f} {y.grad[0]:.4f}")


x = torch.nn.Parameter(tensor([1., 2.]))
y = torch.nn.Parameter(tensor([2.]))
optimizer = torch.optim.SGD([x, y], lr=0.5)
loss = (x ** 2).sum() + (y ** 2).sum()
loss.backward()
show("gradient")
norm = torch.nn.utils.clip_grad_norm_([x, y], max_norm=3.)
print(f"norm before: {norm:.4f}")
show("clipped by norm")
norm = torch.nn.utils.clip_grad_norm_([x, y], max_norm=30.)
show("short enough")
torch.nn.utils.clip_grad_value_([x, y], 1.5)
show("clipped by value")
optimizer.step()
print(f"x: {x[0]:.4f} {x[1]:.4f}")

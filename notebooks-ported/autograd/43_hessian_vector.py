# Idea: The Hessian times a vector takes two backwards and no Hessian; repeated, it gives the largest
#   eigenvalue, and this tells which learning rates are stable.
# PyTorch: `torch.autograd.grad(loss, x, create_graph=True)`, `torch.autograd.grad((g * v).sum(), x)`
# Trap: the stable range ends at 2 / eigenvalue without momentum, at (2 + 2 * momentum) / eigenvalue
#   with it. It is the largest eigenvalue that counts, so one steep direction slows all others.
import torch
from torch import manual_seed, rand, tensor

M1234 = torch.diag(tensor([1., 2., 3., 4.]))
manual_seed(314)
x = rand(size=[4, 4], requires_grad=True)


def loss_of(x):
    return ((torch.eye(4) - x @ M1234) ** 2).mean()


def hessian_times(v):
    gradient = torch.autograd.grad(loss_of(x), x, create_graph=True)[0]
    return torch.autograd.grad((gradient * v).sum(), x)[0]


v = torch.ones(4, 4)
for _ in range(40):
    product = hessian_times(v)
    eigenvalue = product.norm().item()
    v = product / eigenvalue
print(f"largest eigenvalue: {eigenvalue:.4f}, by hand: {2 / 16 * 4 ** 2:.4f}")
print(f"stable below {2 / eigenvalue:.4f}, with momentum 0.9 below {3.8 / eigenvalue:.4f}")

for learning_rate in [0.99, 1.01]:
    y = x.detach().clone().requires_grad_(True)
    for _ in range(600):
        y.grad = None
        loss_of(y).backward()
        with torch.no_grad():
            y -= learning_rate * y.grad
    print(f"learning rate {learning_rate}, it falls:", loss_of(y).item() < loss_of(x).item())

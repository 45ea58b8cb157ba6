# Idea: Backward frees the graph's saved tensors; a graph that is needed twice must be kept.
# PyTorch: `torch.autograd.grad(loss, x, retain_graph=True)`, `loss.backward(retain_graph=True)`
# Trap: retain_graph cures the error message and not always the mistake: two losses over one graph
#   are better added before one backward, and a loop needs a new forward each step.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
Y_hat = random_inverse @ M1234
loss = mse(Y_true, Y_hat)
first = torch.autograd.grad(loss, random_inverse, retain_graph=True)[0]
print(f"first, keeps it: {first[0, 1]:.4f}")
loss.backward()
second = random_inverse.grad
print(f"second, frees it: {second[0, 1]:.4f}")

# the wrong program: the graph is gone
try:
    loss.backward()
    print("no error")
except RuntimeError as error:
    print("error:", error)

# two losses over one graph, one backward
Y_hat = random_inverse @ M1234
both = mse(Y_true, Y_hat) + Y_hat.mean()
random_inverse.grad.zero_()
both.backward()
print(f"both: {random_inverse.grad[0, 1]:.4f}")

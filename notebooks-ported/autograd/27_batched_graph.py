# Idea: Many runs share one graph: backward of the sum of their losses leaves each run its own gradient.
# PyTorch: `x` of shape [runs, 4, 4], `mean(dim=[1, 2])`, `losses.sum().backward()`
# Trap: `losses.mean()` would divide each run's gradient by the number of runs. The learning rates have
#   the shape [runs, 1, 1], so that each is broadcast over its run.
import torch
from torch import manual_seed, rand, tensor


def losses_of(random_inverse):
    return ((Y_true - random_inverse @ M1234) ** 2).mean(dim=[-2, -1])


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
start = rand(size=[4, 4])
pairs = [(0.9, 0.9), (0.9, 0.1), (0.3, 0.0), (1.1, 0.0)]
learning_rates, momenta = [tensor(each).reshape(4, 1, 1) for each in zip(*pairs)]
together = start.repeat(4, 1, 1).requires_grad_(True)
for t in range(10):
    losses = losses_of(together)
    losses.sum().backward()
    with torch.no_grad():
        together.sub_(learning_rates * together.grad)
    together.grad *= momenta
for run, (learning_rate, momentum) in enumerate(pairs):
    alone = start.clone().requires_grad_(True)
    for t in range(10):
        loss = losses_of(alone)
        loss.backward()
        with torch.no_grad():
            alone.sub_(learning_rate * alone.grad)
        alone.grad *= momentum
    same = torch.equal(together[run], alone)
    print(f"alone {loss:.4f}, together {losses[run]:.4f}, same parameters: {same}")

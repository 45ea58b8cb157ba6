# Idea: Grad mode belongs to a thread, and a graph may be built in one thread and used in another.
# PyTorch: `threading.Thread`, `ThreadPoolExecutor`
# Trap: no_grad in the main thread doesn't reach a thread that it starts: that one records. Two
#   threads that call backward on one leaf add to one gradient at the same time.
from concurrent.futures import ThreadPoolExecutor as Threads

import torch


def recording():
    return (torch.ones(1, requires_grad=True) * 2).requires_grad


def descend(start):
    x = torch.full([2], start, requires_grad=True)
    for _ in range(20):
        x.grad = None
        ((x * 3 - 1) ** 2).sum().backward()
        with torch.no_grad():
            x -= 0.05 * x.grad
    return x


with torch.no_grad():
    print("here:", recording())
    print("in a thread:", Threads().submit(recording).result())

# each thread has its own leaf
results = list(Threads().map(descend, [0., 1., 2.]))
print(*(f"{x[0]:.4f}" for x in results))

# built in one thread, backward in another
x = torch.ones(2, requires_grad=True)
loss = (x * 3).sum()
Threads().submit(loss.backward).result()
print("gradient:", x.grad.tolist())

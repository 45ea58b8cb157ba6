# Idea: To go on as if it had never stopped, a run needs all of its state: the parameter and its
#   gradient, which is the velocity.
# PyTorch: `torch.save({"x": x.detach(), "gradient": x.grad}, file)`, `optimizer.state_dict()`
# Trap: with the parameter alone the run goes on without its momentum, and takes other steps. With
#   an optimizer the velocity lives there: save `optimizer.state_dict()` too.
import io

import torch
from torch import manual_seed, rand, tensor

M1234 = torch.diag(tensor([1., 2., 3., 4.]))


def update(x):
    loss = ((torch.eye(4) - x @ M1234) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        x -= 0.9 * x.grad
    x.grad *= 0.9


manual_seed(314)
x = rand(size=[4, 4], requires_grad=True)
for _ in range(10):
    update(x)
file = io.BytesIO()
torch.save({"x": x.detach(), "gradient": x.grad}, file)
for _ in range(10):
    update(x)  # the run that never stopped

file.seek(0)
saved = torch.load(file)
resumed = saved["x"].clone().requires_grad_(True)
resumed.grad = saved["gradient"].clone()
without = saved["x"].clone().requires_grad_(True)
for _ in range(10):
    update(resumed)
    update(without)
print("with its gradient, same to the bit:", torch.equal(x, resumed))
print("without, nearly the same:", torch.allclose(x, without, rtol=1e-3))

# Idea: A vector-Jacobian product is one backward; the Jacobian takes one for each output.
# PyTorch: `torch.autograd.grad(y, x, grad_outputs=v)`, `torch.autograd.functional.jacobian`
# Trap: the product comes from the left, v @ J. Sixteen outputs need sixteen backwards, so ask for a
#   product where it is enough.
import torch
from torch import manual_seed, rand, tensor

M1234 = torch.diag(tensor([1., 2., 3., 4.]))
manual_seed(314)
x = rand(size=[4], requires_grad=True)
y = x @ M1234
v = tensor([1., 0., 0., 10.])
product = torch.autograd.grad(y, x, grad_outputs=v, retain_graph=True)[0]
for i in range(4):
    print(f"{product[i]:.4f}")

# row i of the Jacobian: v is 1 at i
rows = []
for i in range(4):
    row = torch.autograd.grad(y[i], x, retain_graph=True)[0]
    rows.append(row)

jacobian = torch.stack(rows)
print("equal to M1234.T:", str(torch.equal(jacobian, M1234.T)).lower())
again = v @ jacobian
print("v @ J is the product:", str(torch.equal(again, product)).lower())

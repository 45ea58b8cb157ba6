# Idea: A vector-Jacobian product is one backward; the Jacobian takes one for each output.
# PyTorch: `torch.autograd.grad(y, x, grad_outputs=v)`, `torch.autograd.functional.jacobian`
# Trap: the vector stands on the left, `v @ J`. The product takes one backward; the whole Jacobian
#   takes as many as there are outputs, four here. Ask for a product where it is enough.
import torch
from torch import manual_seed, rand, tensor

manual_seed(314)
x = rand(size=[4, 4])[0].requires_grad_(True)
M_random = rand(size=[4, 4])
y = x @ M_random
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
print("equal to M_random:", torch.equal(jacobian, M_random))
print("equal to M_random.T:", torch.equal(jacobian, M_random.T))
again = v @ jacobian
print("v @ J is the product:", torch.allclose(again, product))
print("J @ v is the product:", torch.allclose(jacobian @ v, product))

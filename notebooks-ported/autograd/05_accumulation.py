# Idea: Backward adds to `grad`: two calls leave the sum of two gradients.
# PyTorch: `loss.backward()` twice, on two graphs
# Trap: a loop that never clears the gradient sums it over all steps so far. The same addition is
#   useful when a loss is computed in parts: the parts' gradients add up to the gradient of the
#   whole.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
for t in range(3):
    mse(Y_true, random_inverse @ M1234).backward()
    gradient = random_inverse.grad
    print(f"after {t + 1}: {gradient[0, 1]:.4f}")

# in parts: a quarter of the loss from each row; four calls leave the gradient of the whole
in_parts = random_inverse.detach().requires_grad_(True)
for i in range(4):
    Y_hat = in_parts[i] @ M1234
    loss = mse(Y_true[i], Y_hat) / 4
    loss.backward()

print(f"in parts: {in_parts.grad[0, 1]:.4f}")

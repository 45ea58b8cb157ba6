# Idea: Backward leaves in each leaf's `grad` the derivative of one number, the loss.
# PyTorch: `loss.backward()`, `random_inverse.grad`
# Trap: only a scalar has a gradient: `Y_hat.backward()` is an error. Reduce first (mean, sum), or
#   see the pair on Jacobians.
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
loss.backward()
by_hand = (Y_hat - Y_true) @ M1234.T * 2 / 16
for i in range(4):
    gradient = random_inverse.grad[0, i]
    print(f"{gradient:.4f} {by_hand[0, i]:.4f}")

same = torch.equal(random_inverse.grad, by_hand)
print("equal to the bit:", same)

# the wrong program: sixteen numbers
try:
    (random_inverse @ M1234).backward()
    print("no error")
except RuntimeError as error:
    print("error:", error)

# Idea: Gradient descent with a gradient derived by hand: the work that autograd takes over.
# PyTorch: `(Y_hat - Y_true) @ M1234.T * 2 / 16`
# Trap: mse is a mean over 16 numbers, so its gradient carries a factor 2/16. With a sum instead,
#   the same learning rate takes steps 16 times as long, and the descent diverges.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4])
learning_rate = 0.9
for t in range(101):
    # forward, loss
    Y_hat = random_inverse @ M1234
    loss = mse(Y_true, Y_hat)
    # gradient: d loss / d Y_hat is 2/16 (Y_hat - Y_true); the product with M1234 adds M1234.T
    gradient = (Y_hat - Y_true) @ M1234.T * 2 / 16
    # update
    random_inverse -= learning_rate * gradient
    if t < 50 and t % 10 == 0:
        print(t, f"{loss:.4f}")

# the diagonal of the inverse
for i in range(4):
    print(f"{random_inverse[i, i]:.4f}")

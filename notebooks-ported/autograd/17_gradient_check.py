# Idea: A gradient is checked against central differences of the loss, in f64.
# PyTorch: `torch.autograd.gradcheck`, or by hand as here
# Trap: in f32 the two losses differ in their last digits only: their difference is rounding noise,
#   and a right gradient looks wrong.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


def check(dtype, eps):
    M1234 = torch.diag(tensor([1., 2., 3., 4.], dtype=dtype))
    Y_true = torch.eye(4, dtype=dtype)
    manual_seed(314)
    random_inverse = rand(size=[4, 4], dtype=dtype, requires_grad=True)
    mse(Y_true, random_inverse @ M1234).backward()
    largest = 0.
    for i in range(16):
        direction = torch.zeros(16, dtype=dtype)
        direction[i] = eps
        direction = direction.view(4, 4)
        up = mse(Y_true, (random_inverse + direction) @ M1234).item()
        down = mse(Y_true, (random_inverse - direction) @ M1234).item()
        by_difference = (up - down) / (2 * eps)
        gradient = random_inverse.grad[i // 4, i % 4].item()
        largest = max(largest, abs(gradient - by_difference))
    return largest


print("f64, equal to 1e-8:", str(check(torch.float64, eps=1e-4) < 1e-8).lower())
print("f32, equal to 1e-8:", str(check(torch.float32, eps=1e-4) < 1e-8).lower())

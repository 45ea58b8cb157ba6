# Idea: A gradient is checked against central differences of the loss, in f64.
# PyTorch: `torch.autograd.gradcheck`, or by hand as here
# Trap: a small eps isn't always better. With a large one, the curve between the two points counts;
#   with a small one, the two losses differ only in their last digits. In f32 no eps is good enough,
#   and a right gradient looks wrong. (Of a square, central differences are exact: hence the 4.)
import torch
from torch import manual_seed, rand, tensor


def loss_of(x, M, y):
    return ((x @ M - y) ** 4).mean()


def check(dtype, eps):
    M1234 = torch.diag(tensor([1., 2., 3., 4.], dtype=dtype))
    Y_true = torch.eye(4, dtype=dtype)
    manual_seed(314)
    random_inverse = rand(size=[4, 4], dtype=dtype, requires_grad=True)
    loss_of(random_inverse, M1234, Y_true).backward()
    largest = 0.
    for i in range(16):
        direction = torch.zeros(16, dtype=dtype)
        direction[i] = eps
        direction = direction.view(4, 4)
        up = loss_of(random_inverse + direction, M1234, Y_true).item()
        down = loss_of(random_inverse - direction, M1234, Y_true).item()
        by_difference = (up - down) / (2 * eps)
        gradient = random_inverse.grad[i // 4, i % 4].item()
        largest = max(largest, abs(gradient - by_difference))
    return largest < 1e-6


for digits in [1, 3, 5, 7, 12]:
    f64, f32 = (check(dtype, 10.**-digits) for dtype in [torch.float64, torch.float32])
    print(f"eps 1e-{digits}, equal to 1e-6: f64 {f64}, f32 {f32}")

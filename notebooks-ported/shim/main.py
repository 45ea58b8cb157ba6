"""A backward that looks at the incoming gradient, and a hook. main.rs is its twin."""
import torch
from torch import manual_seed, rand, tensor


class Through(torch.autograd.Function):
    """Rounds. Backward passes the gradient on as if it hadn't, but no entry larger than `most`."""

    @staticmethod
    def forward(ctx, x, most):
        ctx.most = most
        return x.round()

    @staticmethod
    def backward(ctx, gradient):
        return gradient.clamp(-ctx.most, ctx.most), None  # one for each argument of forward


def halve(gradient):
    print(f"in the hook: {gradient[0, 2]:.4f}")
    return gradient / 2


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
for most in [2.5, 0.3]:
    random_inverse.grad = None
    mse(Y_true, Through.apply(random_inverse, most) @ M1234).backward()
    print(f"at most {most}: {random_inverse.grad[0, 2]:.4f}")

random_inverse.grad = None
Y_hat = random_inverse @ M1234
Y_hat.register_hook(halve)
mse(Y_true, Y_hat).backward()
print(f"halved: {random_inverse.grad[0, 2]:.4f}")
try:
    Through.apply(Y_hat > 0, 0.3)
except RuntimeError as error:
    print(f"error: {error}")

# Idea: One can write an operation's backward oneself, or change a gradient on its way back.
# PyTorch: `torch.autograd.Function`, `y.register_hook(f)`
# Trap: the derivative of round is zero, so descent through it stands still without an error. A
#   Function's backward may use the incoming gradient in any way; tch's replacement can't.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


class Through(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.round()

    @staticmethod
    def backward(ctx, gradient):
        return gradient


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
mse(Y_true, random_inverse.round() @ M1234).backward()
print(f"round: {random_inverse.grad[0, 1]:.4f}")

# a backward of one's own: rounded forward, as if not rounded backward
random_inverse.grad.zero_()
mse(Y_true, Through.apply(random_inverse) @ M1234).backward()
print(f"through: {random_inverse.grad[0, 1]:.4f}")

# a hook: half the gradient goes back
random_inverse.grad.zero_()
Y_hat = random_inverse @ M1234
Y_hat.register_hook(lambda gradient: gradient / 2)
mse(Y_true, Y_hat).backward()
print(f"halved: {random_inverse.grad[0, 1]:.4f}")

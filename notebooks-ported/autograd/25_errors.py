# Idea: Python raises; tch has most calls twice: one panics, one (`f_...`) gives the error.
# PyTorch: `try: ... except RuntimeError as error:`
# Trap: the message is about tensors, not about the program's input. Check shapes and dtypes where
#   the data comes in, and say there what was expected.
import torch
from torch import manual_seed, rand, tensor
from torch.nn.functional import mse_loss


def loss_of(random_inverse, M):
    Y_hat = random_inverse @ M
    loss = mse_loss(Y_hat, torch.eye(4))
    return loss.item()


def report(call):
    try:
        call()
        print("no error")
    except RuntimeError as error:
        print("error:", error)


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
manual_seed(314)
random_inverse = rand(size=[4, 4])
print(f"{loss_of(random_inverse, M1234):.4f}")

# the wrong programs: shape, dtype, sixteen numbers for one, no inverse, 0.5 into an integer
report(lambda: loss_of(random_inverse, torch.eye(3)))
report(lambda: loss_of(random_inverse, M1234.double()))
report(lambda: random_inverse.item())
report(lambda: torch.zeros(4, 4).inverse())
report(lambda: tensor(1).mul_(tensor(0.5)))
report(lambda: tensor(1).mul_(0.5))

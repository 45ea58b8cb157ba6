# Idea: A schedule gives each step its learning rate; here it is halved every two steps.
# PyTorch: `torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)`, `scheduler.step()`
# Trap: the optimizer keeps its own learning rate: changing a variable after it was built does
#   nothing. The scheduler steps after the optimizer; the other way round skips the first rate.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
manual_seed(314)
random_inverse = rand(size=[4, 4], requires_grad=True)
learning_rate = 0.9
optimizer = torch.optim.SGD([random_inverse], lr=learning_rate)


def schedule(t):
    return 0.5 ** (t // 2)


scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, schedule)
for t in range(6):
    loss = mse(Y_true, random_inverse @ M1234)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    lr = scheduler.get_last_lr()[0]
    print(t, f"{lr:.4f} {loss:.4f}")
    scheduler.step()

# Idea: The optimizer's SGD with momentum is the hand-written update.
# PyTorch: `torch.optim.SGD([x], lr, momentum)`, `optimizer.zero_grad()`, `optimizer.step()`
# Trap: the velocity is the optimizer's now: zero the gradient each step instead of scaling it. A
#   learning rate of 0.5 scales exactly, so both ways give the same bits. With 0.9 they may part in
#   the last digits: SGD may round once where two calls round twice.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
momentum = 0.9
for learning_rate in [0.5, 0.9]:
    manual_seed(314)
    random_inverse = rand(size=[4, 4], requires_grad=True)
    by_hand = random_inverse.detach().clone().requires_grad_(True)
    optimizer = torch.optim.SGD([random_inverse], lr=learning_rate, momentum=momentum)
    for t in range(41):
        # the optimizer
        loss = mse(Y_true, random_inverse @ M1234)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        # by hand
        mse(Y_true, by_hand @ M1234).backward()
        with torch.no_grad():
            by_hand -= learning_rate * by_hand.grad
        by_hand.grad *= momentum
    close = torch.allclose(random_inverse, by_hand, rtol=1e-4, atol=1e-6)
    print(learning_rate, f"{loss:.4f}", "nearly the same:", close)
    if learning_rate == 0.5:
        print("same to the bit:", torch.equal(random_inverse, by_hand))

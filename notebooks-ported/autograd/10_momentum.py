# Idea: A gradient that is scaled instead of zeroed is a velocity: momentum without an optimizer.
# PyTorch: `x.grad *= momentum` after the update
# Trap: scale in place, and after the update. The next backward adds to what is left: the gradient
#   becomes v = momentum * v + g, and the update x - learning_rate * v. With this small learning
#   rate momentum helps. With 0.9 the same momentum would be slower than none.
import torch
from torch import manual_seed, rand, tensor


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
Y_true = torch.eye(4)
learning_rate = 0.1
for momentum in [0., 0.9]:
    manual_seed(314)
    random_inverse = rand(size=[4, 4], requires_grad=True)
    by_velocity = random_inverse.detach().clone().requires_grad_(True)
    velocity = torch.zeros(4, 4)
    for t in range(81):
        # the notebook's way
        loss = mse(Y_true, random_inverse @ M1234)
        loss.backward()
        with torch.no_grad():
            random_inverse.sub_(learning_rate * random_inverse.grad)
        random_inverse.grad *= momentum
        # the textbook's way
        by_velocity.grad = None
        mse(Y_true, by_velocity @ M1234).backward()
        velocity = momentum * velocity + by_velocity.grad
        with torch.no_grad():
            by_velocity.sub_(learning_rate * velocity)
        if t % 40 == 0:
            same = torch.equal(random_inverse, by_velocity)
            print(momentum, t, f"{loss:.4f}", "same to the bit:", same)

# Idea: What an update changes lives in an object; its method takes the object and changes it.
# PyTorch: `class Descent: def update(self):`
# Trap: notebook code keeps its state in global names, so a cell that is run twice goes on from the
#   changed state. An object that is made anew starts anew.
import torch
from torch import manual_seed, rand, tensor


class Descent:
    def __init__(self, M, learning_rate, momentum):
        manual_seed(314)
        self.M = M
        self.random_inverse = rand(size=[4, 4], requires_grad=True)
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.steps = 0

    def update(self):
        Y_hat = self.random_inverse @ self.M
        loss = ((torch.eye(4) - Y_hat) ** 2).mean()
        loss.backward()
        with torch.no_grad():
            self.random_inverse -= self.learning_rate * self.random_inverse.grad
        self.random_inverse.grad *= self.momentum
        self.steps += 1
        return loss.item()


M1234 = torch.diag(tensor([1., 2., 3., 4.]))
first = Descent(M1234, learning_rate=0.1, momentum=0.9)
for _ in range(3):
    print(f"{first.update():.4f}")
second = Descent(M1234, learning_rate=0.1, momentum=0.)
for _ in range(2):
    print(f"{second.update():.4f}")
print("steps:", first.steps, second.steps)

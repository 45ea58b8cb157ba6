# Idea: A module with dropout behaves otherwise in training than afterwards, and must be told which.
# PyTorch: `torch.nn.Module`, `model.train()`, `model.eval()`, `torch.nn.Dropout(0.5)`
# Trap: `eval()` doesn't switch recording off, and `no_grad` doesn't switch dropout off: an
#   evaluation wants both. A model that is still in training mode gives another answer each time.
import torch
from torch import manual_seed, nn


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 2, bias=False)
        self.dropout = nn.Dropout(0.5)
        with torch.no_grad():
            self.linear.weight.fill_(1.)

    def forward(self, x):
        return self.dropout(self.linear(x))


def show(name, y):
    print(f"{name}: kinds of numbers {sorted(set(y.flatten().tolist()))}", y.requires_grad)


model = Model()
x = torch.ones(50, 4)
manual_seed(314)
model.train()
show("training", model(x))
model.eval()
show("evaluation", model(x))
with torch.no_grad():
    show("evaluation, not recorded", model(x))
    model.train()
    show("not recorded, but still training", model(x))

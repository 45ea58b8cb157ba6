# Idea: Under no_grad nothing is recorded: for updates and evaluations.
# PyTorch: `with torch.no_grad():`, `@torch.no_grad()`
# Trap: a loss that is computed under it can't be differentiated; and `torch.no_grad()` without
#   `with` does nothing. However the block ends, by an exception too, recording is on again.
import torch


def tracked():
    x = torch.ones(4, requires_grad=True)
    return (x * 2).requires_grad


@torch.no_grad()
def evaluate():
    return tracked()


print("at first:", tracked())
with torch.no_grad():
    print("in a block:", tracked())
print("in a guarded function:", evaluate())
torch.no_grad()
print("a guard that isn't kept:", tracked())

try:
    with torch.no_grad():
        raise RuntimeError("under the guard")
except RuntimeError:
    print("after it failed under a guard:", tracked())

try:
    with torch.no_grad():
        raise RuntimeError("in the block")
except RuntimeError:
    print("after it failed in a block:", tracked())

with torch.enable_grad():
    print("mended:", tracked())

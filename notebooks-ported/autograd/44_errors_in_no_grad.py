# Idea: An error inside no_grad must leave the block without leaving recording switched off.
# PyTorch: `with torch.no_grad():` switches recording on again, whatever happened in it
# Trap: `torch.set_grad_enabled(False)` as a plain statement lasts until someone switches back, also
#   after an error. Use the `with` forms.
import torch

EYE = torch.eye(4)


def shape_error():
    with torch.no_grad():
        return (EYE @ torch.eye(3)).sum().item()


def recording():
    return (torch.ones(1, requires_grad=True) * 2).requires_grad


print("at first:", recording())
try:
    shape_error()
except RuntimeError as error:
    print("error:", error)
print("after an error:", recording())

# switched off by hand, and an error before it is switched on again
try:
    torch.set_grad_enabled(False)
    EYE @ torch.eye(3)
    torch.set_grad_enabled(True)
except RuntimeError:
    print("switched by hand, after an error:", recording())
torch.set_grad_enabled(True)
print("mended:", recording())

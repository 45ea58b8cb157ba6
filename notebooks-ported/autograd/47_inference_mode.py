# Idea: inference_mode is a stricter no_grad, which tch lacks; no_grad is enough.
# PyTorch: `with torch.inference_mode():`, `x.is_inference()`
# Trap: a tensor that was made in inference_mode can't take part in a graph later. Take no_grad for
#   anything that training meets again.
import torch


def show(name, x):
    print(f"{name}: requires grad {x.requires_grad}, inference {x.is_inference()}")


x = torch.ones(2, requires_grad=True)
with torch.no_grad():
    evaluated = x * 2
show("no_grad", evaluated)

# usable in training afterwards, as data
(x * evaluated).sum().backward()
print("gradient:", x.grad.tolist())

# the same in inference_mode
with torch.inference_mode():
    evaluated = x * 2
print("inference:", evaluated.is_inference())
try:
    (x * evaluated).sum().backward()
    print("no error")
except RuntimeError as error:
    print("error:", str(error).split(". ")[0])

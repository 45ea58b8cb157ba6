# Idea: Two players with opposite aims need two optimizers, and a detach between them.
# PyTorch: `optimizer_a = SGD([a], ..)`, `optimizer_b = SGD([b], ..)`, `made.detach()`
# Trap: without detach, the second loss also sends a gradient to the first player. It does no harm
#   only if the first optimizer clears it before its own backward.
import torch

made_by = torch.tensor([1.], requires_grad=True)
judged_by = torch.tensor([2.], requires_grad=True)
maker = torch.optim.SGD([made_by], lr=0.5)
judge = torch.optim.SGD([judged_by], lr=0.5)
for t in range(3):
    made = made_by * 3
    # the judge's step: what was made is only data
    judge.zero_grad()
    ((judged_by * made.detach() - 1) ** 2 / 20).sum().backward()
    judge.step()
    print(t, "the maker has a gradient:", made_by.grad is not None)
    # the maker's step goes through the judge, whose gradient is cleared before its next step
    maker.zero_grad()
    (judged_by * made - 2).square().sum().div(20).backward()
    maker.step()
    maker.zero_grad()
    print(t, f"{made_by.item():.4f} {judged_by.item():.4f}")

# the wrong program: the judge changed in place, and the graph from before its step is used
loss = (judged_by * made_by).square().sum()
judge.step()
try:
    loss.backward()
    print("no error")
except RuntimeError as error:
    print("error:", str(error).split("[")[0])

"""The notebook's whole job in Python: the four runs in PyTorch, and by matplotlib the eleven pictures that `reproduce`
draws, SVG and PNG each, into a folder. Prints the last loss of the fourth run."""

import pathlib
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import torch

sys.path.append(str(pathlib.Path(__file__).parents[2] / "notebooks-ported"))
import matrix_inverse

matrix_inverse.torch = torch  # which it imports late
folder = pathlib.Path(sys.argv[1])


def save(figure, name):
    for kind in ("svg", "png"):
        figure.savefig(folder / f"{name}.{kind}", dpi=200)
    plt.close(figure)


def heat_map(residual, name, title):
    figure, axes = plt.subplots(figsize=(7, 4.5))
    figure.colorbar(axes.imshow(residual.numpy(), cmap="plasma", vmin=-1, vmax=1))
    axes.set_title(title)
    save(figure, name)


def run(M, momentum, cell=None):
    torch.manual_seed(314)
    random_inverse, losses = torch.nn.Parameter(torch.rand(size=[4, 4])), []
    for t in range(10000):
        before = random_inverse.detach().clone() if cell and t % 2000 == 0 else None
        matrix_inverse.update(random_inverse, M.clone(), Y_true, 0.9, losses, momentum)
        if before is not None:
            heat_map(before @ M - Y_true, f"{cell}-difference-{t}", f"step {t}, loss {losses[-1]:.4e}")
    return losses


Y_true = torch.eye(4)
M1234 = torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0]))
torch.manual_seed(314)
torch.rand(size=[4, 4])
M_random = torch.rand(size=(4, 4))
curves = {
    "Simple Diagonal Matrix, Momentum=0.9": run(M1234, 0.9, "in-106"),
    "Difficult Random Matrix,  Momentum=0.9": run(M_random, 0.9, "in-116"),
    "Simple Diagonal Matrix, Momentum=0.0": run(M1234, 0.1),
    "Difficult Random Matrix, Momentum=0.0": run(M_random, 0.1),
}
figure, axes = plt.subplots(figsize=(10, 5))
for name, losses in curves.items():
    axes.semilogy(losses, label=name)
axes.legend()
save(figure, "in-119-losses")
print(losses[-1])

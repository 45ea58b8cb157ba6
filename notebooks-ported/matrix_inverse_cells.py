"""The notebook's cells, each to be read beside the cell of the same label in matrix_inverse.rs: same names, same order.

python3 matrix_inverse_cells.py prints what the cells show. An editor that knows `# %%` runs them one by one."""

# %% In [0] Imports, and how numbers are printed
import numpy as np
import torch
from torch import manual_seed, tensor

np.set_printoptions(formatter={"float": "{:.2f}".format})

decimal_places = 3
rounder = 10**decimal_places

# %% In [78] The matrix to be inverted
M1234 = torch.diag(tensor([1., 2., 3., 4.]))
print(M1234)

# %% In [0] It has an inverse
assert torch.det(M1234), "Should not be zero"

# %% In [121] The library's own inverse
inverse = torch.inverse(M1234)
print((inverse * rounder).round() / rounder)

# %% In [124] Their product is the identity
isThisIdentity = inverse @ M1234
print(isThisIdentity.float())

# %% In [126] What the product should become
identity = torch.diag(tensor([1, 1, 1, 1])).float()
Y_true = identity
print(Y_true.float())

# %% In [0] A random start, which requires grad
manual_seed(314)
random_inverse = torch.rand(size=[4, 4], requires_grad=True)

# %% In [128] What the product is at the start
Y_hat = random_inverse @ M1234
print(Y_hat.float())


# %% In [0] The loss
def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


# %% In [0] Backward
loss = mse(Y_true, Y_hat)
loss.backward()

# %% In [133] The gradient
print(random_inverse.grad)

# %% In [0] The learning rate
learning_rate = 0.9


# %% In [0] One step of gradient descent
def update(M, lr, losses, momentum, plot):
    Y_hat = random_inverse @ M
    loss = mse(Y_true, Y_hat)
    loss.backward()
    losses.append(loss.detach().numpy())

    if plot and t % 2000 == 0:
        print(t, ":", loss)
        Y_hat = random_inverse @ M

        G_true = Y_true.detach().numpy()
        G_hat = Y_hat.detach().numpy()
        Diff = G_hat - G_true

        # the heat map of Diff, from -1 to 1, would be drawn here
        print(Diff)

    with torch.no_grad():
        random_inverse.sub_(lr * random_inverse.grad)

        random_inverse.grad *= momentum


# %% In [0] Two matrices
M1234 = torch.diag(tensor([1., 2., 3., 4.]))
M_random = torch.rand(size=(4, 4))  # the second draw after manual_seed(314)

# %% In [106] Diagonal matrix, momentum 0.9
losses1 = []
manual_seed(314)
random_inverse = torch.rand(size=[4, 4])
random_inverse = torch.nn.Parameter(random_inverse)
for t in range(10000):
    update(M1234.clone(), learning_rate, losses1, 0.9, plot=True)

# %% In [116] Random matrix, momentum 0.9
losses2 = []
M_random = torch.rand(size=(4, 4))  # likewise the second
manual_seed(314)
random_inverse = torch.rand(size=[4, 4])
random_inverse = torch.nn.Parameter(random_inverse)
for t in range(10000):
    update(M_random.clone(), learning_rate, losses2, 0.9, plot=True)

# %% In [0] Diagonal matrix, momentum 0.1
losses3 = []
manual_seed(314)
random_inverse = torch.rand(size=[4, 4])
random_inverse = torch.nn.Parameter(random_inverse)
for t in range(10000):
    update(M1234.clone(), learning_rate, losses3, 0.1, plot=False)

# %% In [0] Random matrix, momentum 0.1
losses4 = []
manual_seed(314)
random_inverse = torch.rand(size=[4, 4])
random_inverse = torch.nn.Parameter(random_inverse)
for t in range(10000):
    update(M_random.clone(), learning_rate, losses4, 0.1, plot=False)

# %% In [119] All four, the chart's curves
fig = {}
fig["Simple Diagonal Matrix, Momentum=0.9"] = losses1
fig["Difficult Random Matrix,  Momentum=0.9"] = losses2
fig["Simple Diagonal Matrix, Momentum=0.1"] = losses3  # the notebook's legend says 0.0
fig["Difficult Random Matrix, Momentum=0.1"] = losses4  # likewise
# the curves of fig would be drawn here, on a logarithmic axis

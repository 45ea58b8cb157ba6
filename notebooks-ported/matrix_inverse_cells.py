"""The notebook's cells, each to be read beside the cell of the same label in matrix_inverse.rs: same names, same order.

python3 matrix_inverse_cells.py prints what the cells show. An editor that knows `# %%` runs them one by one."""

# %% In [0] Imports, and how numbers are printed
import numpy as np
import torch
from torch import manual_seed, tensor

np.set_printoptions(formatter={'float': lambda x: "{0:0.2f}".format(x)})

# tensors are rounded for printing, to so many decimal places
decimal_places = 3
rounder = 10**decimal_places

# %% In [78] The matrix to be inverted
M1234 = torch.diag(tensor([1., 2., 3., 4.]))
print(M1234)

# %% In [0] It has an inverse
assert torch.det(M1234), 'Should not be zero'

# %% In [121] The library's own inverse
inverse = torch.inverse(M1234)
print((inverse * rounder).round() / rounder)

# %% In [124] Their product is the identity
# is it really the inverse? of course it is
isThisIdentity = inverse @ M1234
print(isThisIdentity.float())

# %% In [126] What the product should become
# now the same by gradient descent: wanted is a matrix whose product with M1234 is the identity
identity = torch.diag(torch.tensor([1, 1, 1, 1])).float()
Y_true = identity
print(Y_true.float())

# %% In [0] A random start, which requires grad
manual_seed(314)
random_inverse = torch.rand(size=[4, 4], requires_grad=True)

# %% In [128] What the product is at the start
# random_inverse isn't the inverse yet, so Y_hat isn't the identity
Y_hat = random_inverse @ M1234
print(Y_hat.float())


# %% In [0] The loss
# how far apart two matrices are: the mean of the squared differences, element by element
def mse(y, y_hat): return ((y - y_hat)**2).mean()


# %% In [0] Backward
loss = mse(Y_true, Y_hat)

# calculate the gradients
loss.backward()

# %% In [133] The gradient
# one slope for each position of the matrix
print(random_inverse.grad)

# %% In [0] The learning rate
# The loss is a hilly landscape, random_inverse a position in it, and a valley is the aim. A ball
# that rolls would gather speed. Simpler is a step downhill: the slope times this factor.
learning_rate = 0.9


# %% In [0] One step of gradient descent
def update(M, lr, losses, momentum, plot):
    Y_hat = random_inverse @ M
    loss = mse(Y_true, Y_hat)
    loss.backward()
    losses.append(loss.detach().numpy())

    if t % 2000 == 0 and plot:
        print(t, ':', loss)
        Y_hat = random_inverse @ M

        # plot the intermediate results
        G_true = Y_true.detach().numpy()
        G_hat = Y_hat.detach().numpy()
        Diff = G_hat - G_true

        # plotly draws the heat map of Diff here, from -1 to 1
        print(Diff)

    with torch.no_grad():
        random_inverse.sub_(lr * random_inverse.grad)

        # the gradient isn't zeroed: the next backward() adds to what stays of it
        random_inverse.grad *= momentum

        return None


# %% In [0] Two matrices
M1234 = torch.diag(tensor([1., 2., 3., 4.]))
M_random = torch.rand(size=(4, 4))  # the second draw after manual_seed(314)

# %% In [106] Diagonal matrix, momentum 0.9
losses1 = []

manual_seed(314)
random_inverse = torch.rand(size=[4, 4])
random_inverse = torch.nn.Parameter(random_inverse)
for t in range(10000): update(M1234.clone(), learning_rate, losses1, momentum=0.9, plot=True)

# %% In [116] Random matrix, momentum 0.9
losses2 = []
M_random = torch.rand(size=(4, 4))  # likewise the second

manual_seed(314)
random_inverse = torch.rand(size=[4, 4])
random_inverse = torch.nn.Parameter(random_inverse)
for t in range(10000): update(M_random.clone(), learning_rate, losses2, 0.9, plot=True)

# %% In [0] Diagonal matrix, momentum 0.1
losses3 = []

manual_seed(314)
random_inverse = torch.rand(size=[4, 4])
random_inverse = torch.nn.Parameter(random_inverse)
for t in range(10000): update(M1234.clone(), learning_rate, losses3, 0.1, plot=False)

# %% In [0] Random matrix, momentum 0.1
losses4 = []

manual_seed(314)
random_inverse = torch.rand(size=[4, 4])
random_inverse = torch.nn.Parameter(random_inverse)
for t in range(10000): update(M_random.clone(), learning_rate, losses4, 0.1, plot=False)

# %% In [119] All four, the chart's curves
# which converges faster, the simple diagonal matrix or the general random one?
fig = {}
fig['Simple Diagonal Matrix, Momentum=0.9'] = losses1
fig['Difficult Random Matrix,  Momentum=0.9'] = losses2
fig['Simple Diagonal Matrix, Momentum=0.0'] = losses3  # the notebook's label; the momentum was 0.1
fig['Difficult Random Matrix, Momentum=0.0'] = losses4  # likewise
# plotly draws the curves of fig here, on a logarithmic axis

"""The notebook's step and the same by torch.optim.SGD, both as notebooks-ported/matrix_inverse.py has them."""

import pathlib
import sys

import torch

sys.path.append(str(pathlib.Path(__file__).parents[2] / "notebooks-ported"))
import matrix_inverse
from measure import LEARNING_RATE, MOMENTUM, measure

matrix_inverse.torch = torch  # which it imports late


def plain(parameter, matrix, steps):
    Y_true, M = torch.eye(len(matrix)), torch.from_numpy(matrix)

    def run():
        random_inverse, losses = torch.nn.Parameter(torch.tensor(parameter)), []
        for _ in range(steps):
            matrix_inverse.update(random_inverse, M.clone(), Y_true, LEARNING_RATE, losses, MOMENTUM)
        return losses[-1]

    return run


def sgd(parameter, matrix, steps):
    Y_true, M = torch.eye(len(matrix)), torch.from_numpy(matrix)

    def run():
        random_inverse, losses = torch.nn.Parameter(torch.tensor(parameter)), []
        optimizer = torch.optim.SGD([random_inverse], lr=LEARNING_RATE, momentum=MOMENTUM)
        for _ in range(steps):
            matrix_inverse.update_with(optimizer, random_inverse, M.clone(), Y_true, losses)
        return losses[-1]

    return run


measure({"plain": plain, "sgd": sgd})

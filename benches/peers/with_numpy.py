"""The step in NumPy, with the gradient that was derived by hand: 2/n² (R·M − I)·Mᵀ."""

import numpy
from measure import LEARNING_RATE, MOMENTUM, measure


def by_hand(parameter, matrix, steps):
    n = len(matrix)
    identity = numpy.eye(n, dtype=numpy.float32)
    learning_rate, momentum, scale = map(numpy.float32, (LEARNING_RATE, MOMENTUM, 2 / n**2))

    def run():
        random_inverse, gradient, losses = parameter.copy(), numpy.zeros_like(parameter), []
        for _ in range(steps):
            residual = random_inverse @ matrix - identity
            losses.append(float((residual**2).mean()))
            gradient += scale * residual @ matrix.T
            random_inverse -= learning_rate * gradient
            gradient *= momentum
        return losses[-1]

    return run


measure({"by_hand": by_hand})

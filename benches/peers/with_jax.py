"""The step in JAX: compiled alone, with each loss read; all steps compiled into one loop, with all losses read at its end;
and thousands of such loops side by side, one for each pair of a learning rate and a momentum."""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy
from measure import LEARNING_RATE, MOMENTUM, SECONDS, measure, start


def loss(random_inverse, M):
    return ((jnp.eye(len(M)) - random_inverse @ M) ** 2).mean()


def update(random_inverse, gradient, M, learning_rate, momentum):
    """The parameter and what stays of the gradient after a step, and the loss before it."""
    before, new = jax.value_and_grad(loss)(random_inverse, M)
    gradient = gradient + new
    return random_inverse - learning_rate * gradient, momentum * gradient, before


def losses(random_inverse, M, learning_rate, momentum, steps):
    def body(state, _):
        *state, before = update(*state, M, learning_rate, momentum)
        return tuple(state), before

    return jax.lax.scan(body, (random_inverse, jnp.zeros_like(random_inverse)), length=steps)[1]


def step(parameter, matrix, steps):
    M = jnp.asarray(matrix)
    compiled = jax.jit(update, donate_argnums=(0, 1))

    def run():
        random_inverse, gradient, losses = jnp.array(parameter), jnp.zeros_like(parameter), []
        for _ in range(steps):
            random_inverse, gradient, before = compiled(random_inverse, gradient, M, LEARNING_RATE, MOMENTUM)
            losses.append(float(before))
        return losses[-1]

    return run


def scan(parameter, matrix, steps):
    random_inverse, M = jnp.asarray(parameter), jnp.asarray(matrix)
    compiled = jax.jit(losses, static_argnums=4)
    return lambda: numpy.asarray(compiled(random_inverse, M, LEARNING_RATE, MOMENTUM, steps))[-1]


def landscape(folder, columns, rows, steps, highest):
    """Prints how many steps of single runs a second takes, and how many runs end with a higher loss than they began."""
    random_inverse, M = map(jnp.asarray, start(folder, 4))
    learning_rates = jnp.tile((jnp.arange(columns) + 0.5) / columns * highest, rows)
    momenta = jnp.repeat((jnp.arange(rows) + 0.5) / rows, columns)

    @jax.jit
    def last_losses(learning_rates, momenta):
        def last_loss(learning_rate, momentum):
            def body(_, state):
                random_inverse, gradient, _ = state
                return update(random_inverse, gradient, M, learning_rate, momentum)

            return jax.lax.fori_loop(0, steps, body, (random_inverse, jnp.zeros_like(random_inverse), 0.0))[2]

        return jax.vmap(last_loss)(learning_rates, momenta)

    last = numpy.asarray(last_losses(learning_rates, momenta))
    runs, began = 0, time.perf_counter()
    while (seconds := time.perf_counter() - began) < SECONDS:
        last = numpy.asarray(last_losses(learning_rates, momenta))
        runs += 1
    diverged = int((~(last <= float(loss(random_inverse, M)))).sum())
    print(json.dumps({"run_steps_a_second": runs * columns * rows * steps / seconds, "diverged": diverged}))


if sys.argv[1] == "landscape":
    landscape(sys.argv[2], *map(int, sys.argv[3:6]), float(sys.argv[6]))
else:
    measure({"step": step, "scan": scan})

# Idea: One default generator, on the CPU, serves the whole process with all its threads.
# PyTorch: `manual_seed(314)`, `rand(size=[4, 4])`
# Trap: a draw in another thread is taken from the same sequence, so tests that run in parallel
#   disturb each other. Seed and draw under one lock.
from concurrent.futures import ThreadPoolExecutor as Threads
from threading import Lock

import torch

GENERATOR = Lock()


def rand():
    return torch.rand(size=[4, 4])


def draw(seed):
    with GENERATOR:
        torch.manual_seed(seed)
        return rand()


# the notebook's two matrices are two draws
torch.manual_seed(314)
random_inverse = rand()
M_random = rand()
print(f"{random_inverse[0, 0]:.4f} {M_random[0, 0]:.4f}")

# a thread takes the first draw, so the next one here is the second
torch.manual_seed(314)
first = Threads().submit(rand).result()
second = rand()
print("in the thread the first:", torch.equal(first, random_inverse))
print("here the second:", torch.equal(second, M_random))

# under the lock each thread gets what its seed says
threads = [Threads().submit(draw, 314) for _ in range(8)]
draws = [thread.result() for thread in threads]
same = sum(torch.equal(x, random_inverse) for x in draws)
print(f"threads with the first draw: {same}")

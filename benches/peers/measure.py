"""How each Python peer is measured; libtorch.cpp, candle.rs, burn.rs and side_by_side/ours.rs do the same.

A peer is called with VARIANT FOLDER N:STEPS... For each size n it reads FOLDER/N.f32: the parameter's first value and the
matrix, n×n each, f32. A run is STEPS steps from there. It takes one run that isn't counted, then runs until SECONDS have
passed, and prints a line of JSON with the microseconds of a step and the last loss of a run."""

import json
import sys
import time

import numpy

SECONDS = 0.3
LEARNING_RATE = 0.9
MOMENTUM = 0.1


def start(folder, n):
    """The parameter and the matrix."""
    return numpy.fromfile(f"{folder}/{n}.f32", dtype=numpy.float32).reshape(2, n, n)


def measure(variants):
    """`variants` has for each name a function of the parameter, the matrix and the steps, which returns a run: a function
    without arguments that computes the run and returns its last loss."""
    variant, folder, *sizes = sys.argv[1:]
    for n, steps in (map(int, size.split(":")) for size in sizes):
        run = variants[variant](*start(folder, n), steps)
        last_loss = run()
        runs, began = 0, time.perf_counter()
        while (seconds := time.perf_counter() - began) < SECONDS:
            last_loss = run()
            runs += 1
        us_per_step = 1e6 * seconds / (runs * steps)
        print(json.dumps({"n": n, "us_per_step": us_per_step, "last_loss": float(last_loss)}), flush=True)

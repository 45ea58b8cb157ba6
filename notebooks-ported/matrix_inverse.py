#!/usr/bin/env python3
"""Invert a matrix by gradient descent in PyTorch: the reference that the Rust port is compared with.

The computation is the notebook's. A random matrix is trained until its product with M is the identity;
instead of being zeroed, the gradient is scaled by the momentum after each step.

With a seed, the parameter is the first n×n `rand` of the run's dtype and `--matrix random` is the second.
Without --out, the loss of every 2000th step is printed as the notebook prints it."""

EXAMPLES = """\
examples:
  matrix_inverse.py                                     the notebook's first run
  matrix_inverse.py --matrix random --momentum 0.1      its fourth
  matrix_inverse.py --size 7 --matrix random --dtype f64 --learning-rate 0.3 --steps 300 --out run.npz
  echo '[{"matrix": "diag"}, {"matrix": "random", "momentum": 0.1}]' | matrix_inverse.py --settings - --out -

settings (several runs in one process; what an entry leaves out comes from the options):
  a JSON list of objects with any of: seed, size, matrix, learning_rate, momentum, steps, dtype, gradient.
  There, matrix may also be a list of rows: "matrix": [[2, 1], [1, 1]].

output:
  .json  {"environment": {...}, "runs": [{"settings", "seconds", "losses", "parameter", "gradient", "initial",
         "matrix"}, ...]}. A finite float is a number that reads back to the same bits in the run's dtype;
         the others are the strings "inf", "-inf", "nan" and "-nan".
  .npz   the arrays losses1, parameter1, gradient1, initial1, matrix1, losses2, ... in the run's dtype, and
         `settings` and `environment` as JSON text.
  losses: one a step, at its start. parameter, gradient: after the last step; the gradient is already scaled by
  the momentum, but with --gradient optimizer, which keeps the momentum elsewhere, it is the last one alone.

progress (on stderr): the lines "progress RUN STEP", both counted from 0, five a second.

exit codes: 0 done, 2 bad input or environment (one message on stderr, no file written)."""

import argparse
import array
import ctypes
import json
import math
import os
import sys
import time

# The notebook's computation. `torch` is imported by compute, after the settings are checked: it takes seconds.


def mse(y, y_hat):
    return ((y - y_hat) ** 2).mean()


def update(random_inverse, M, Y_true, lr, losses, momentum):
    Y_hat = random_inverse @ M
    loss = mse(Y_true, Y_hat)
    loss.backward()
    losses.append(loss.item())

    with torch.no_grad():
        random_inverse.sub_(lr * random_inverse.grad)
        random_inverse.grad *= momentum


def update_with(optimizer, random_inverse, M, Y_true, losses):
    """The same step by torch.optim: the gradient is new each time and the optimizer keeps the momentum."""
    optimizer.zero_grad()
    Y_hat = random_inverse @ M
    loss = mse(Y_true, Y_hat)
    loss.backward()
    losses.append(loss.item())
    optimizer.step()


def descend(run, steps):
    """One run: the losses, and the parameter, gradient, initial parameter and matrix as n×n tensors."""
    n, dtype = run["size"], getattr(torch, DTYPES[run["dtype"]])
    learning_rate, momentum = run["learning_rate"], run["momentum"]

    Y_true = torch.diag(torch.tensor([1] * n)).to(dtype)

    torch.manual_seed(run["seed"])
    random_inverse = torch.rand(size=[n, n], dtype=dtype)
    if run["matrix"] == "random":
        M = torch.rand(size=(n, n), dtype=dtype)
    elif isinstance(run["matrix"], str):
        M = torch.diag(torch.tensor(diagonal(run["matrix"]), dtype=dtype))
    else:
        M = torch.tensor(run["matrix"], dtype=dtype)

    initial = random_inverse.clone()
    random_inverse = torch.nn.Parameter(random_inverse)
    losses = array.array(TYPECODES[run["dtype"]])

    if run["gradient"] == "scaled":
        for t in steps:
            update(random_inverse, M.clone(), Y_true, learning_rate, losses, momentum)
    else:
        optimizer = torch.optim.SGD([random_inverse], lr=learning_rate, momentum=momentum, dampening=0)
        for t in steps:
            update_with(optimizer, random_inverse, M.clone(), Y_true, losses)

    return losses, random_inverse.detach(), random_inverse.grad, initial, M


# Settings

DTYPES = {"f32": "float32", "f64": "float64"}
TYPECODES = {"f32": "f", "f64": "d"}
GRADIENTS = ("scaled", "optimizer")
STRICT_AVX2 = 65546  # MKL_CBWR_AVX2 | MKL_CBWR_STRICT
MATRICES = ("parameter", "gradient", "initial", "matrix")
SETTINGS = ("seed", "size", "matrix", "learning_rate", "momentum", "steps", "dtype", "gradient")


class BadInput(Exception):
    """One message for the user: what was wrong, what was expected."""


def integer(value, what, low, high):
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadInput(f"{what}: expected a whole number from {low} to {high}, not {value!r}")
    return value


def finite(value, what):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= sys.float_info.max:
        raise BadInput(f"{what}: expected a finite number, not {value!r}")
    return float(value)


def diagonal(matrix):
    """The entries of `diag:1,2,3`."""
    try:
        return [finite(float(text), "matrix") for text in matrix[len("diag:") :].split(",")]
    except ValueError:
        raise BadInput(f"matrix {matrix!r}: expected numbers with commas between, such as diag:1,2,3,4") from None


def read(path):
    """The settings in a JSON file (- is stdin)."""
    try:
        with open(0 if path == "-" else path, "rb") as file:
            return json.load(file)
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"settings {path!r}: {getattr(error, 'strerror', None) or error}") from None


def square(rows, what):
    if not isinstance(rows, list) or not rows or not all(isinstance(row, list) for row in rows):
        raise BadInput(f"{what}: expected a list of rows of numbers")
    for k, row in enumerate(rows):
        if len(row) != len(rows):
            raise BadInput(f"{what}: expected a square matrix; it has {len(rows)} rows, row {k} has {len(row)} entries")
    return [[finite(value, f"{what}, row {k}") for value in row] for k, row in enumerate(rows)]


def checked(given, where):
    """One run's settings, complete and of the right types; `where` heads its messages."""
    if not isinstance(given, dict):
        raise BadInput(f"{where}expected an object with settings, not {given!r}")
    if unknown := sorted(given.keys() - set(SETTINGS)):
        raise BadInput(f"{where}unknown setting {unknown[0]!r}; expected one of {', '.join(SETTINGS)}")
    run = {key: given[key] for key in SETTINGS if given.get(key) is not None}
    run["seed"] = integer(run.get("seed"), f"{where}seed", -(2**63), 2**63 - 1)
    run["steps"] = integer(run.get("steps"), f"{where}steps", 1, 2**31 - 1)
    run["learning_rate"] = finite(run.get("learning_rate"), f"{where}learning_rate")
    run["momentum"] = finite(run.get("momentum"), f"{where}momentum")
    for key, known in (("dtype", tuple(DTYPES)), ("gradient", GRADIENTS)):
        if run.get(key) not in known:
            raise BadInput(f"{where}{key}: expected {' or '.join(known)}, not {run.get(key)!r}")
    if run["gradient"] == "optimizer" and min(run["learning_rate"], run["momentum"]) < 0:
        raise BadInput(f"{where}torch.optim.SGD takes no negative learning rate or momentum; use gradient scaled")

    matrix, own_size = run.get("matrix"), None
    if isinstance(matrix, str) and matrix.startswith("diag:"):
        own_size = len(diagonal(matrix))
    elif not isinstance(matrix, str):
        run["matrix"] = square(matrix, f"{where}matrix")
        own_size = len(matrix)
    elif matrix not in ("diag", "random"):
        raise BadInput(f"{where}matrix {matrix!r}: expected diag, diag:1,2,3,4, random, or a list of rows in --settings")
    size = run.get("size", own_size or 4)
    run["size"] = integer(size, f"{where}size", 1, 2**15)
    if own_size not in (None, size):
        raise BadInput(f"{where}size is {size}, but the matrix is {own_size}×{own_size}")
    if matrix == "diag":
        run["matrix"] = "diag:" + ",".join(str(k) for k in range(1, size + 1))
    return run


def read_settings(options):
    defaults = {key: getattr(options, key) for key in SETTINGS}
    if options.threads is not None:
        integer(options.threads, "--threads", 1, 4096)
    if options.settings is None:
        return [checked(defaults, "")]
    entries = read(options.settings)
    if not isinstance(entries, list) or not entries:
        raise BadInput(f"settings {options.settings!r}: expected a JSON list of objects, one a run")
    merged = [{**defaults, **entry} if isinstance(entry, dict) else entry for entry in entries]
    return [checked(entry, f"settings, run {k}: ") for k, entry in enumerate(merged)]


# Results


def import_numpy():
    try:
        import numpy
    except ImportError:
        raise BadInput(f"numpy is needed to write .npz: {sys.executable} -m pip install numpy") from None
    return numpy


def readable(x, dtype):
    """A float for JSON. Nine significant digits lie within 5e-9 of an f32, closer than half its ULP (3e-8 or more),
    so they read back to it, also by way of f64."""
    if math.isfinite(x):
        return float("%.9g" % x) if dtype == "f32" else x
    return ("-" if math.copysign(1, x) < 0 else "") + ("nan" if math.isnan(x) else "inf")


def environment():
    """What decides the last bits: the library, the processor, the threads and MKL's kernels."""
    return {
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "libtorch_cpu": libtorch_cpu(),
        "threads": torch.get_num_threads(),
        "cpu_capability": cpu_capability(),
        "mkl": mkl() if torch.backends.mkl.is_available() else None,
    }


def cpu_capability():
    """The instruction set of ATen's kernels."""
    if hasattr(torch.backends, "cpu"):  # since PyTorch 2.1
        return torch.backends.cpu.get_cpu_capability()
    used = torch.__config__.show().partition("CPU capability usage: ")[2].split("\n")[0]
    return used if used.startswith("AVX") else "DEFAULT"


def libtorch_cpu():
    """The real path of the library that this process has loaded."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as maps:
            for line in maps:
                path = line.rstrip("\n").split(None, 5)[-1]
                if os.path.basename(path).startswith("libtorch_cpu."):
                    return os.path.realpath(path)
    except OSError:
        pass  # No /proc: not Linux.
    name = "libtorch_cpu.dylib" if sys.platform == "darwin" else "libtorch_cpu.so"
    return os.path.realpath(os.path.join(os.path.dirname(torch.__file__), "lib", name))


def mkl_branch():
    """The kernels that MKL took, in the flags of its mkl_cbwr_get; None without MKL."""
    try:
        return ctypes.CDLL(libtorch_cpu()).mkl_serv_cbwr_get(-1)
    except (OSError, AttributeError):
        return None


def ensure_notebook_arithmetic():
    """Refuses other kernels than those that give the notebook's digits, before the first step."""
    torch.ones(2, 2) @ torch.ones(2, 2)  # MKL reads its settings at the first product.
    kernels, branch = cpu_capability(), mkl_branch()
    if kernels != "AVX2":
        raise BadInput(f"notebook arithmetic needs ATEN_CPU_CAPABILITY=avx2, but PyTorch took its {kernels} kernels")
    if branch != STRICT_AVX2:
        strict = f"MKL's strict AVX2 kernels, branch {STRICT_AVX2}"
        raise BadInput(f"notebook arithmetic needs {strict}, but MKL took branch {branch}; use native arithmetic")


def mkl():
    variables = {key: value for key, value in sorted(os.environ.items()) if key.startswith("MKL_")}
    return {"branch": mkl_branch(), "environment": variables, "preload": os.environ.get("LD_PRELOAD")}


def as_json(results):
    runs = []
    for run, seconds, losses, *matrices in results:
        dtype, entry = run["dtype"], {"settings": run, "seconds": seconds}
        entry["losses"] = [readable(x, dtype) for x in losses]
        for name, tensor in zip(MATRICES, matrices):
            entry[name] = [[readable(x, dtype) for x in row] for row in tensor.tolist()]
        runs.append(entry)
    return json.dumps({"environment": environment(), "runs": runs}, allow_nan=False, separators=(",", ":"))


def as_npz(results, file, numpy):
    arrays = {"environment": json.dumps(environment()), "settings": json.dumps([result[0] for result in results])}
    for k, (run, _, losses, *matrices) in enumerate(results, 1):
        arrays[f"losses{k}"] = numpy.array(losses, dtype=DTYPES[run["dtype"]])
        for name, tensor in zip(MATRICES, matrices):
            arrays[f"{name}{k}"] = tensor.numpy()
    numpy.savez(file, **arrays)


def print_summary(results):
    for run, _, losses, *_ in results:
        print(", ".join(f"{key} {run[key]}" for key in SETTINGS))
        for t in sorted({*range(0, run["steps"], 2000), run["steps"] - 1}):
            print(t, ":", torch.tensor(losses[t], dtype=getattr(torch, DTYPES[run["dtype"]])))


def counted(run, index, progress):
    """The steps of one run, told on stderr five times a second if wanted."""
    due = 0.0
    for t in range(run["steps"]):
        if progress and time.monotonic() >= due:
            print("progress", index, t, file=sys.stderr, flush=True)
            due = time.monotonic() + 0.2
        yield t
    if progress:
        print("progress", index, run["steps"], file=sys.stderr, flush=True)


def compute(runs, options):
    global torch
    try:
        import torch
    except ImportError as error:
        raise BadInput(f"PyTorch is needed ({error}): {sys.executable} -m pip install torch") from None
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    if options.notebook_arithmetic:
        ensure_notebook_arithmetic()
    results = []
    for index, run in enumerate(runs):
        start = time.perf_counter()
        try:
            result = descend(run, counted(run, index, options.progress))
        except (RuntimeError, MemoryError) as error:
            raise BadInput(f"run {index}: PyTorch refuses: {error}") from None
        results.append((run, time.perf_counter() - start, *result))
    return results


def reproduce(runs, options):
    if options.out is None:
        return print_summary(compute(runs, options))
    if options.out == "-":
        return print(as_json(compute(runs, options)))
    kind = os.path.splitext(options.out)[1].lower()
    if kind not in (".json", ".npz"):
        raise BadInput(f"--out {options.out!r}: expected a name ending in .json or .npz, or - for JSON on stdout")
    numpy = import_numpy() if kind == ".npz" else None
    # Written beside its place and renamed, so that no half-written file takes a good one's name.
    part = f"{options.out}.{os.getpid()}.part"
    try:
        with open(part, "wb") as file:
            results = compute(runs, options)
            as_npz(results, file, numpy) if numpy else file.write(as_json(results).encode())
        os.replace(part, options.out)
    finally:
        if os.path.exists(part):
            os.remove(part)


# Options


class Parser(argparse.ArgumentParser):
    def error(self, message):
        raise BadInput(f"{message} (see --help)")


def parser():
    shape = argparse.RawDescriptionHelpFormatter
    it = Parser(description=__doc__, epilog=EXAMPLES, formatter_class=shape, allow_abbrev=False)
    it.add_argument("--seed", type=int, default=314, metavar="S", help="of torch's generator (314)")
    it.add_argument("--size", type=int, metavar="N", help="rows and columns (4, or the matrix's own)")
    it.add_argument("--matrix", default="diag", metavar="M", help="diag (1 to N), diag:1,2,3,4 or random (diag)")
    it.add_argument("--learning-rate", type=float, default=0.9, metavar="A", help="(0.9)")
    it.add_argument("--momentum", type=float, default=0.9, metavar="B", help="what the gradient is scaled by (0.9)")
    it.add_argument("--steps", type=int, default=10000, metavar="K", help="calls of update (10000)")
    it.add_argument("--dtype", default="f32", metavar="D", help="f32 or f64 (f32)")
    it.add_argument("--gradient", default="scaled", metavar="G", help="scaled, or optimizer: torch.optim.SGD (scaled)")
    it.add_argument("--threads", type=int, metavar="T", help="for PyTorch (its own choice)")
    it.add_argument("--notebook-arithmetic", action="store_true", help="refuse other kernels than the notebook's")
    it.add_argument("--settings", metavar="FILE", help="several runs from a JSON file, - for stdin")
    it.add_argument("--out", metavar="FILE", help=".json or .npz, - for JSON on stdout")
    it.add_argument("--progress", action="store_true", help="tell on stderr how far it is")
    return it


def main():
    try:
        options = parser().parse_args()
        reproduce(read_settings(options), options)
        sys.stdout.flush()
    except (BadInput, OSError) as error:
        print(f"Error: {error}", file=sys.stderr, flush=True)
        os._exit(2)  # At a usual end, Python would try to write the rest again, and turn the exit code into 120.
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

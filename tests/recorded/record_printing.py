"""Records how Python prints tensors, arrays and numbers, for tests/printing.rs.

    python3 tests/recorded/record_printing.py

writes printing.json beside this file. It needs torch and numpy; their versions are written into the file.

Values are recorded as Python's repr, which reads back to the same bits. A case with fewer values than its shape has
elements repeats them: element i is values[i % len(values)].
"""

import json
import math
import pathlib
import platform
import random

import numpy as np
import torch

HERE = pathlib.Path(__file__).parent
NAN, INF = math.nan, math.inf

# The notebook's In [0].
np.set_printoptions(formatter={"float": lambda x: "{0:0.2f}".format(x)})

tensors, arrays, numbers = [], [], []


def fill(values, shape):
    return [values[i % len(values)] for i in range(math.prod(shape))]


def tensor(name, values, shape=None, dtype=torch.float32, requires_grad=False, operation=None):
    """Records print(t) for a tensor of these values, or for a result of one `operation` on it."""
    shape = [len(values)] if shape is None else list(shape)
    flat = torch.tensor(fill(values, shape), dtype=torch.float64 if dtype.is_floating_point else torch.int64)
    t = flat.to(dtype).reshape(shape).requires_grad_(requires_grad)
    # What the dtype made of the values, so that the other side needs no rounding of its own.
    kept = t.detach().reshape(-1)[: len(values)].to(flat.dtype).tolist()
    if operation == "clone":
        t = t.clone()
    elif operation == "transpose":
        t = t.t()
    tensors.append(
        {
            "name": name,
            "dtype": str(dtype).removeprefix("torch."),
            "shape": shape,
            "values": [repr(v) for v in kept],
            "requires_grad": requires_grad,
            "operation": operation,
            "printed": str(t),
        }
    )


def array(name, values, shape, dtype=np.float32):
    """Records print(a)."""
    a = np.array(fill(values, shape), dtype=dtype).reshape(shape)
    kept = a.reshape(-1)[: len(values)].tolist()
    arrays.append(
        {
            "name": name,
            "dtype": np.dtype(dtype).name,
            "shape": list(shape),
            "values": [repr(v) for v in kept],
            "printed": str(a),
        }
    )


def number(x, precision):
    numbers.append({"value": repr(x), "precision": precision, "printed": f"{x:.{precision}}"})


def notebook():
    tensor("notebook: M1234", torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0])).flatten().tolist(), [4, 4])
    rounded = [1.0, 0.0, 0.0, -0.0, 0.0, 0.5, 0.0, -0.0, 0.0, 0.0, 0.333, -0.0, 0.0, 0.0, 0.0, 0.25]
    tensor("notebook: inverse, rounded, with the 2020 zeros", rounded, [4, 4])
    torch.manual_seed(314)
    drawn = torch.rand(4, 4)
    tensor("notebook: random_inverse", drawn.flatten().tolist(), [4, 4], requires_grad=True)
    product = drawn @ torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    tensor("notebook: Y_hat", product.flatten().tolist(), [4, 4], requires_grad=True, operation="clone")
    gradient = 2 / 16 * (product - torch.eye(4)) @ torch.diag(torch.tensor([1.0, 2.0, 3.0, 4.0]))
    tensor("notebook: gradient", gradient.flatten().tolist(), [4, 4])
    for loss in [1.6650, 1.9984e-15, 1.1102e-15, 2.6224e-12, 0.8493]:
        tensor(f"notebook: loss {loss}", [loss], [], requires_grad=True, operation="clone")
    difference = (product - torch.eye(4)).flatten().tolist()
    array("notebook: first difference", difference, [4, 4])
    array("notebook: a late difference", [0.0, -2e-8, 5e-9, -0.0, 1e-7], [4, 4])


def single_numbers():
    magnitudes = [0.0, -0.0, 1.0, -1.0, 0.5, -0.25, 0.1, 1 / 3, 12.0, 123456.0, 1e7, 1e8, 100000008.0, 1.5e8, 1e38, 1e-3]
    magnitudes += [1e-4, 9.9999e-5, 1.0001e-4, 1e-5, 1e-38, 1e-45, 99999.99, 0.00005, 0.03125, 0.99999, NAN, INF, -INF]
    for x in magnitudes:
        tensor(f"single: {x!r}", [x], [])
    for x in [0.0, 1e-4, 1e100, 1e-100, 5e-324, 1.7976931348623157e308, 1 / 3, -2.0, NAN]:
        tensor(f"single, float64: {x!r}", [x], [], torch.float64)


def ties():
    # Exact halves at the last printed digit: round half to even.
    halves = [0.03125, 0.09375, 0.15625, 0.21875, -0.03125, -0.09375]
    tensor("tie: fixed", halves)
    for x in [10000.5, 10001.5, 1.0000e9 + 50000.0, 1.0001e9 + 50000.0]:
        tensor(f"tie: scientific {x!r}", [x, 1.5, -x], dtype=torch.float64)
    array("tie", [0.125, 0.375, 0.625, -0.125, 2.5, 0.5], [2, 3])


def notation():
    """The borders between whole, fixed and scientific."""
    groups = {
        "whole numbers": [1.0, -2.0, 300.0],
        "whole numbers and a zero": [0.0, 10.0],
        "whole numbers at the ratio": [1.0, 1000.0],
        "whole numbers over the ratio": [1.0, 1001.0],
        "whole and greatest at 1e8": [1e8, 1e8],
        "whole and greatest over 1e8": [100000008.0, 1e8],
        "one fraction among whole numbers": [1.0, 2.5, 3.0],
        "fixed at the ratio": [0.5, 500.0],
        "fixed over the ratio": [0.5, 500.25],
        "least at 1e-4": [1.0000000474974513e-4, 0.01],
        "least under 1e-4": [9.9999e-5, 0.01],
        "a zero isn't the least": [0.0, 0.5, 0.25],
        "infinity isn't the greatest": [INF, 0.5, 0.25],
        "NaN and fixed": [NAN, 0.5, -0.25],
        "NaN, infinities and whole": [NAN, 5.0, INF, -INF, 10.0, 0.0],
        "NaN, infinities and scientific": [NAN, 1e-6, INF, -INF, 0.0, -0.0, 1.0],
        "whole, narrower than NaN": [NAN, 5.0],
        "only NaN": [NAN, NAN],
        "only infinities": [INF, -INF],
        "NaN and zeros": [NAN, 0.0, -0.0],
        "only zeros": [0.0, 0.0, 0.0],
        "zeros of both signs": [0.0, -0.0, 0.0, -0.0],
        "negative zero and whole": [-0.0, 1.0, 2.0],
        "negative zero and wide whole": [-0.0, 100.0, -200.0],
        "negative zero and fixed": [-0.0, 0.5, 0.25],
        "negative zero and scientific": [-0.0, 1e-9, 2.0],
        "fixed that rounds to zero": [0.00012, -0.00014, 0.01],
        "rounds up to another width": [9.99996, 1.5],
        "exponents of two and three digits": [1e-5, 1e5, 1e30],
        "the greatest and the least": [3.4028234663852886e38, 1.401298464324817e-45],
        "negative widest": [-1.5, 22.25, 3.125],
    }
    for name, values in groups.items():
        tensor(f"notation: {name}", values)
    tensor("notation: exponents of three digits", [1e-100, 1.0, -1e200, 0.0], dtype=torch.float64)
    tensor("notation: float64 at 1e-4", [1e-4, 0.01], dtype=torch.float64)
    tensor("notation: float64 just under 1e-4", [math.nextafter(1e-4, 0), 0.01], dtype=torch.float64)
    tensor("notation: float64 just over the ratio", [0.5, math.nextafter(500.0, INF)], dtype=torch.float64)
    tensor("notation: whole over 2**53", [2.0**60, 2.0**61], dtype=torch.float64)


def dtypes():
    for dtype in [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]:
        info = torch.iinfo(dtype)
        tensor(f"integer: {dtype}", [0, 1, info.max, info.min], dtype=dtype)
        tensor(f"integer: {dtype}, single", [info.min], [], dtype)
        tensor(f"integer: {dtype}, empty", [0], [0], dtype)
        tensor(f"integer: {dtype}, two rows", [5, 60, 7, 100, 9, 0], [2, 3], dtype)
    tensor("bool: row", [1, 0, 1], dtype=torch.bool)
    tensor("bool: all true", [1, 1], dtype=torch.bool)
    tensor("bool: single", [0], [], torch.bool)
    tensor("bool: rows", [1, 0, 0], [2, 2, 3], torch.bool)
    tensor("bool: empty", [0], [0, 2], torch.bool)
    for dtype in [torch.float16, torch.bfloat16, torch.float64, torch.float8_e5m2, torch.float8_e4m3fn]:
        tensor(f"float: {dtype}, fixed", [0.5, -0.25, 1.75, 3.0], [2, 2], dtype)
        tensor(f"float: {dtype}, whole", [1.0, -2.0, 0.0, -0.0], dtype=dtype)
        tensor(f"float: {dtype}, scientific", [0.015625, 28.0, NAN, 416.0], dtype=dtype)
        tensor(f"float: {dtype}, single", [0.375], [], dtype)
    tensor("float: float16 greatest", [65504.0, 6e-8], dtype=torch.float16)
    tensor("float: float8_e5m2 infinity", [INF, 1.0], dtype=torch.float8_e5m2)


def shapes():
    values = [0.5, -1.25, 2.0, 3.75, 0.125, 10.5, -0.0]
    for shape in [[1], [1, 1], [1, 1, 1], [2, 3], [3, 2], [1, 5], [5, 1], [2, 2, 2], [2, 1, 3], [1, 2, 1, 2], [2, 2, 2, 2, 2]]:
        tensor(f"shape: {shape}", values, shape)
    tensor("shape: transposed", values, [2, 3], operation="transpose")
    for shape in [[0], [0, 0], [2, 0], [0, 2], [0, 3, 1], [1, 0, 1, 1], [1, 0]]:
        tensor(f"empty: {shape}", values, shape)
        tensor(f"empty: {shape}, float64", values, shape, torch.float64)
    tensor("empty: leaf", values, [0, 4], requires_grad=True)
    tensor("empty: leaf, float64", values, [0], torch.float64, requires_grad=True)


def wrapped():
    for n in [9, 10, 11, 12, 20, 33]:
        tensor(f"wrapped: {n} fixed", [0.5, 0.25, 0.125], [n])
        tensor(f"wrapped: {n} whole", [1.0, 22.0, 333.0], [n])
        tensor(f"wrapped: {n} scientific", [1e-6, 2.5, -3.0], [2, n])
    tensor("wrapped: zeros", [0.0], [40])
    tensor("wrapped: rows in rows", [1e-6, 2.5], [2, 2, 9])
    tensor("wrapped: integers", list(range(95, 130)), dtype=torch.int64)
    tensor("wrapped: wide integers", [2**62, -(2**62), 3], [9], torch.int64)
    tensor("wrapped: booleans", [1, 0, 0], [40], torch.bool)
    tensor("wrapped: exactly 1000", [0.5, 1.5, 2.25], [1000])
    for n in [13, 14, 15, 16]:
        array(f"wrapped: {n}", [0.5, -10.25, 1.75], [2, n])
    array("wrapped: one row", [123456.789, -0.001, 7.0], [40])
    array("wrapped: wide", [1e30, -1e20], [2, 6], np.float64)
    array("wrapped: wider than the line", [1e80, -1e70, 1.0], [2, 3], np.float64)
    array("wrapped: three dimensions", [0.25, -0.5, 100.125], [2, 2, 30], np.float64)


def summarised():
    values = [0.5, 1.25, -2.5, 3.75, 4.0, 5.5, 6.125, -7.0, 8.5, 9.75, 0.0]
    for shape in [[1001], [5000], [40, 40], [2, 600], [600, 2], [6, 200], [7, 200], [11, 11, 11], [7, 1, 200], [3, 400, 1]]:
        tensor(f"summarised: {shape}", values, shape)
        tensor(f"summarised: integers, {shape}", [7, -30, 100, 5, 6], shape, torch.int64)
        array(f"summarised: {shape}", values, shape)
    tensor("summarised: four dimensions", values, [8, 2, 9, 10])
    # Only what is shown decides the notation and the width: here the odd one is in the hidden middle.
    tensor("summarised: hidden small value", [1.5] * 600 + [1e-9] + [2.5] * 600)
    tensor("summarised: shown small value", [1e-9] + [2.5] * 1200)
    tensor("summarised: booleans", [1, 0, 0, 1], [1200], torch.bool)
    tensor("summarised: float64 leaf", values, [30, 40], torch.float64, requires_grad=True)
    tensor("summarised: exactly 1000 in rows", [1.0, 2.0, 3.0], [10, 10, 10])


def suffixes():
    tensor("suffix: leaf", [1.0, 2.5], requires_grad=True)
    tensor("suffix: single leaf", [2.0], [], requires_grad=True)
    tensor("suffix: float64 leaf", [1.0, 2.5], dtype=torch.float64, requires_grad=True)
    tensor("suffix: result", [1.0, 2.5], requires_grad=True, operation="clone")
    tensor("suffix: float64 result", [1.0, 2.5], dtype=torch.float64, requires_grad=True, operation="clone")
    # The suffix moves to a line of its own where the last one is nearly full.
    for n in range(4, 10):
        tensor(f"suffix: after {n} numbers", [0.5, 0.25], [n], torch.float64)
        tensor(f"suffix: leaf after {n} numbers", [0.5, 0.25], [2, n], requires_grad=True)
        tensor(f"suffix: float64 leaf after {n} numbers", [0.5, 0.25], [n], torch.float64, requires_grad=True)
    tensor("suffix: leaf that fills the line but one", [-1e-6, 2.5], [4], requires_grad=True)
    for digits in range(4, 10):
        tensor(f"suffix: column by column, {digits}", [10**digits, 5], [5], torch.int32)


def at_random(count):
    draw = random.Random(314)
    for i in range(count):
        shape = [draw.choice([1, 2, 3, 4, 5, 8]) for _ in range(draw.randrange(4))]
        spread = draw.choice([0, 1, 2, 3, 5, 20])
        size = draw.randrange(-8, 9)
        values = []
        for _ in range(min(math.prod(shape), 24)):
            x = draw.gauss(0, 1) * 10.0 ** (size + draw.uniform(-spread, spread))
            x = draw.choice([x, x, x, x, x, x, round(x), 0.0, -0.0])
            values.append(draw.choice([NAN, INF, -INF]) if draw.random() < 0.02 else float(x))
        dtype = draw.choice([torch.float32, torch.float32, torch.float64, torch.bfloat16])
        tensor(f"random: {i}", values, shape, dtype, requires_grad=draw.random() < 0.2)
        if shape:
            array(f"random: {i}", values, shape, draw.choice([np.float32, np.float64]))


def special_arrays():
    array("zeros of both signs", [0.0, -0.0], [2, 2])
    array("rounds to a zero of either sign", [0.004, -0.004], [2, 2])
    array("NaN and infinities", [NAN, INF, -INF, 1.0], [2, 2])
    array("float16", [0.5, 1.0 / 3.0], [2, 2], np.float16)
    array("float64", [1e10, 1.0 / 3.0], [2, 2], np.float64)
    for shape in [[0], [2, 0], [0, 2], [1], [1, 1], [3], [2, 2, 2]]:
        array(f"shape: {shape}", [1.5, -2.25], shape)


def formatted_numbers():
    losses = [1.665, 1.9984e-15, 1.1102e-15, 1.3323e-15, 0.8493, 2.6224e-12, 2.658e-12]
    edges = [0.0, -0.0, 1.0, -1.0, 9.6, 12.0, 99.0, 99.5, 100.0, 123.0, 1e-4, 9.99e-5, 9.96e-5, 1e-5, 0.95, 0.096]
    edges += [0.125, 2.5, 1e15, 1e16, 1e22, 1e100, 5e-324, NAN, INF, -INF]
    for x in losses + edges:
        for precision in [0, 1, 2, 3, 6]:
            number(x, precision)
    draw = random.Random(314)
    for _ in range(60):
        number(draw.choice([-1, 1]) * 10.0 ** draw.uniform(-7, 7), draw.randrange(8))


def main():
    notebook()
    single_numbers()
    ties()
    notation()
    dtypes()
    shapes()
    wrapped()
    summarised()
    suffixes()
    special_arrays()
    at_random(80)
    formatted_numbers()
    recorded = {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "tensors": tensors,
        "arrays": arrays,
        "numbers": numbers,
    }
    lines = []
    for key, value in recorded.items():
        if isinstance(value, list):
            cases = ",\n".join(json.dumps(case) for case in value)
            lines.append(f"{json.dumps(key)}: [\n{cases}\n]")
        else:
            lines.append(f"{json.dumps(key)}: {json.dumps(value)}")
    (HERE / "printing.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"recorded {len(tensors)} tensors, {len(arrays)} arrays and {len(numbers)} numbers")


if __name__ == "__main__":
    main()

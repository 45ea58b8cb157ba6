"""Records runs of notebooks-ported/matrix_inverse.py in notebook arithmetic, for machines without PyTorch.

    python3 src/parity/pytorch/recorded/record.py

writes notebook_arithmetic.json beside this file: the script's own JSON output, with the processor and the arithmetic
added and what differs from one recording to the next (paths, times) left out. The first four runs are the notebook's.

It needs torch, an x86-64 Linux, a processor with AVX2 and FMA, and a C compiler (cc, or what CC names).
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[3]

NOTEBOOK = [
    {"matrix": "diag", "momentum": 0.9},
    {"matrix": "random", "momentum": 0.9},
    {"matrix": "diag", "momentum": 0.1},
    {"matrix": "random", "momentum": 0.1},
]
OTHERS = [
    {"matrix": "random", "dtype": "f64", "steps": 300},
    {"matrix": "random", "size": 1, "seed": 3, "learning_rate": 0.2, "momentum": 0.5, "steps": 100},
    {"matrix": "random", "size": 3, "seed": 7, "learning_rate": 0.5, "momentum": 0.5, "steps": 300},
    {"matrix": "diag:2,-0.5,1", "dtype": "f64", "learning_rate": 0.4, "momentum": 0.9, "steps": 200},
    {"matrix": [[0.1, 2], [-3, 0.7]], "seed": -1, "learning_rate": 0.2, "momentum": 0.25, "steps": 200},
    {"matrix": "random", "size": 7, "seed": 2020, "learning_rate": 1.5, "momentum": 0, "steps": 300},
    {"matrix": "random", "size": 7, "seed": 1, "dtype": "f64", "learning_rate": 0.1, "momentum": 0.99, "steps": 300},
    {"matrix": "random", "size": 16, "seed": 42, "learning_rate": 3, "momentum": 0.9, "steps": 200},
    {"matrix": "random", "size": 16, "seed": 5, "dtype": "f64", "learning_rate": 2, "momentum": 0.3, "steps": 200},
    # Outside the stable range: infinity, then NaN.
    {"matrix": "random", "seed": 11, "learning_rate": 30, "momentum": 0.9, "steps": 120},
    {"matrix": "random", "dtype": "f64", "seed": 12, "learning_rate": 1e6, "momentum": 0.1, "steps": 80},
    # torch.optim.SGD.
    {"matrix": "random", "gradient": "optimizer", "steps": 300},
    {"matrix": "diag", "gradient": "optimizer", "momentum": 0, "steps": 300},
    {"matrix": "random", "gradient": "optimizer", "size": 7, "seed": 9, "dtype": "f64", "momentum": 0.5, "steps": 300},
]


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))


def record(folder):
    claim = folder / "intel_cpu_true.so"
    source = ROOT / "src/parity/pytorch/intel_cpu_true.c"
    compiler = os.environ.get("CC", "cc")
    subprocess.run([compiler, "-shared", "-fPIC", "-nostdlib", "-o", claim, source], check=True)
    inherited = {name: value for name, value in os.environ.items() if name != "MKL_ENABLE_INSTRUCTIONS"}
    environment = {
        **inherited,
        "MKL_CBWR": "AVX2,STRICT",
        "ATEN_CPU_CAPABILITY": "avx2",
        "LD_PRELOAD": str(claim),
    }
    script = ROOT / "notebooks-ported/matrix_inverse.py"
    out = folder / "runs.json"
    subprocess.run(
        [sys.executable, script, "--threads", "1", "--notebook-arithmetic", "--settings", "-", "--out", out],
        env=environment,
        input=json.dumps(NOTEBOOK + OTHERS),
        text=True,
        check=True,
    )
    return json.loads(out.read_text(encoding="utf-8"))


def main():
    with tempfile.TemporaryDirectory() as folder:
        recorded = record(pathlib.Path(folder))
    environment = recorded["environment"]
    environment.update(processor=processor(), arithmetic="notebook", libtorch_cpu=None)
    environment["mkl"].update(preload=None)
    for run in recorded["runs"]:
        run["seconds"] = None

    lines = ",\n".join(json.dumps(run, separators=(",", ":")) for run in recorded["runs"])
    text = f'{{"environment": {json.dumps(environment)}, "runs": [\n{lines}\n]}}\n'
    place = HERE / "notebook_arithmetic.json"
    part = place.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(place)
    print(f"{place.name}: {len(recorded['runs'])} runs, {len(text)} bytes")


if __name__ == "__main__":
    main()

"""Prints the rows of one PyTorch in the table of PyTorch's versions: `rows.py PYTHON COMMAND...`, where COMMAND starts
`reproduce`. Each arithmetic has a row, over the notebook's runs in f32, one of them in f64, and random settings."""

import json
import subprocess
import sys

RUNS = [[], ["--dtype", "f64", "--matrix", "random"], ["--grid", "20", "--seed", "314"]]
OF = ("losses", "parameter", "gradient")
VERDICTS = ["equal", "explained", "not_explained"]


def parity(python, command, options):
    """The report of `reproduce parity` with these options."""
    print("parity", *options, file=sys.stderr, flush=True)
    ran = subprocess.run([*command, "parity", "--json", "--python", python, *options], stdout=subprocess.PIPE)
    if ran.returncode > 1:
        sys.exit(ran.returncode)
    return json.loads(ran.stdout)


def row(python, command, arithmetic):
    reports = [parity(python, command, ["--arithmetic", arithmetic, *options]) for options in RUNS]
    runs = [run for report in reports for run in report["runs"]]

    def equal(dtype):
        series = [run["comparison"][of] for run in runs if run["settings"]["dtype"] == dtype for of in OF]
        return f"{sum(of['equal'] for of in series):,} of {sum(of['count'] for of in series):,}"

    verdict = max((report["verdict"] for report in reports), key=VERDICTS.index)
    sums = [of for report in reports for order in report["orders"] for of in order["sums"]]
    differ = list(dict.fromkeys(of["sum"] for of in sums if of["differs"]))
    of = reports[0]["python"]
    cells = [of["torch"], f"{arithmetic} ({of['cpu_capability']})", equal("f32"), equal("f64")]
    cells += [verdict.replace("_", " "), ", ".join(differ) or "none"]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    _, python, *command = sys.argv
    for arithmetic in ("notebook", "native"):
        print(row(python, command, arithmetic), flush=True)

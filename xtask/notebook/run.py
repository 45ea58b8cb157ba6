"""Opens the Rust notebook in JupyterLab, or runs it from a clean kernel, checks what it shows and stores it.

`cargo xtask notebook` starts this with Jupyter on the path: `run.py open [ARGUMENT OF JUPYTERLAB ...]` or
`run.py execute`. Exit codes: 0 it ran and every number is the expected one, 1 not so, 2 it couldn't be run.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(os.environ["NOTEBOOK_ROOT"])
HOME = ROOT / ".notebook"
NOTEBOOK = ROOT / "notebooks-ported" / "matrix_inverse.ipynb"
KERNEL = "inverse-by-descent"


class CellFailed(Exception):
    pass


def stop(code, message):
    print(f"error: {message}", file=sys.stderr)
    sys.exit(code)


def lock():
    """Keeps a second kernel away, which would compile in the same folder, until this process ends."""
    file = open(HOME / "kernel-lock", "w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stop(2, "another `cargo xtask notebook` is running: end it first")
    return file


def prepare():
    """Writes what the cells are compiled in, and tells Jupyter how to start the kernel."""
    shutil.copytree(ROOT / "xtask/notebook/workspace", HOME, dirs_exist_ok=True)
    shutil.copy(ROOT / "Cargo.lock", HOME)
    # The cells have no run path to libtorch.
    search = "DYLD_LIBRARY_PATH" if sys.platform == "darwin" else "LD_LIBRARY_PATH"
    folders = [os.environ["NOTEBOOK_LIBRARIES"], os.environ.get(search)]
    kernel = {
        "argv": [os.environ["NOTEBOOK_KERNEL"], "--control_file", "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
        "env": {
            search: os.pathsep.join(filter(None, folders)),
            "EVCXR_TMPDIR": str(HOME / "cells"),
        },
    }
    folder = Path(os.environ["JUPYTER_PATH"]) / "kernels" / KERNEL
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "kernel.json").write_text(json.dumps(kernel, indent=1))


def execute():
    """Runs the notebook; replaces the stored one unless a cell fails or a number is wrong."""
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for cell in cells:
        cell.outputs, cell.execution_count = [], None

    def begin(cell, **_):
        print(f"cell {cells.index(cell) + 1} of {len(cells)}", file=sys.stderr)

    def end(cell, **_):
        # Standard error isn't always in time for its cell.
        if complaint := complained(cell):
            raise CellFailed(f"this cell failed, or the one before it:\n\n{cell.source}\n\n{complaint}")

    client = NotebookClient(
        notebook,
        kernel_name=KERNEL,
        resources={"metadata": {"path": str(NOTEBOOK.parent)}},
        timeout=None,  # the first cell compiles for minutes
        startup_timeout=600,
        record_timing=False,
        coalesce_streams=True,
        on_cell_execute=begin,
        on_cell_executed=end,
    )
    try:
        client.execute()
    except (CellFailed, CellExecutionError, DeadKernelError) as error:
        stop(1, f"{error}\n\n{NOTEBOOK} is as it was")
    except RuntimeError as error:
        stop(2, f"the kernel doesn't start: {error}")
    number(cells)
    executed = HOME / "executed.ipynb"
    nbformat.write(notebook, executed)
    test = [os.environ.get("CARGO", "cargo"), "test", "--quiet", "--test", "rust_notebook"]
    checked = subprocess.run(test, cwd=ROOT, env={**os.environ, "RUST_NOTEBOOK": str(executed)})
    if checked.returncode != 0:
        stop(1, f"the cells don't show what they should (see above): {executed}\n{NOTEBOOK} is as it was")
    os.replace(executed, NOTEBOOK)
    print(f"{NOTEBOOK}: every number is the printed one", file=sys.stderr)


def complained(cell):
    """What a cell says against itself. To the kernel a `?` that fails is no error: it writes to standard error."""
    errors = [o.text for o in cell.outputs if o.get("name") == "stderr"]
    errors += [line + "\n" for o in cell.outputs for line in o.get("traceback", [])]
    colours = r"\x1b\[[0-9;]*m"
    return re.sub(colours, "", "".join(errors)).strip()


def number(cells):
    """Counts the cells from 1; this kernel begins with 2."""
    for count, cell in enumerate(cells, 1):
        cell.execution_count = count
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count


def open_in_browser(arguments):
    from jupyterlab.labapp import main

    sys.exit(main([str(NOTEBOOK), *arguments]))


if __name__ == "__main__":
    try:
        held = lock()
        prepare()
    except OSError as error:
        stop(2, f"{HOME} can't be written to: {error}. Make room or make it writable, then repeat the command")
    if sys.argv[1] == "execute":
        execute()
    else:
        open_in_browser(sys.argv[2:])

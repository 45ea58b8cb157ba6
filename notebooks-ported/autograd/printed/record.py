"""What the Python half of each idiom pair prints.

    python notebooks-ported/autograd/printed/record.py          writes notebooks-ported/autograd/printed/NN_name.txt
    python notebooks-ported/autograd/printed/record.py --json   writes nothing, prints {"NN_name": text}

Recorded with torch 2.13.0. Each program runs in a namespace of its own, with the default generator
and the grad mode as a fresh process has them; one process for all, because `import torch` is slow.
"""
import contextlib
import io
import json
import pathlib
import runpy
import sys

import torch

RECORDED = pathlib.Path(__file__).resolve().parent
PROGRAMS = RECORDED.parent


def printed(program, generator):
    torch.set_rng_state(generator)
    torch.set_grad_enabled(True)
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        runpy.run_path(str(program), run_name="__main__")
    return text.getvalue()


fresh = torch.get_rng_state()
texts = {program.stem: printed(program, fresh) for program in sorted(PROGRAMS.glob("*.py"))}
if sys.argv[1:] == ["--json"]:
    json.dump(texts, sys.stdout)
else:
    for name, text in texts.items():
        (RECORDED / f"{name}.txt").write_text(text)
    print(f"{len(texts)} programs recorded with torch {torch.__version__}")

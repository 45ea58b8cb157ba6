"""Tells which PyTorch a Python would import, without the seconds that importing it takes."""

import glob
import importlib.util
import json
import os
import sys

answer = {"executable": sys.executable}
spec = importlib.util.find_spec("torch")
if spec is not None and spec.origin:
    folder = os.path.dirname(spec.origin)
    version = {}
    with open(os.path.join(folder, "version.py"), encoding="utf-8") as file:
        exec(file.read(), version)
    answer["torch"] = version["__version__"]
    # A copy of libtorch for linking alone, without its Python half, can't be imported.
    answer["importable"] = bool(glob.glob(os.path.join(glob.escape(folder), "lib", "libtorch_python.*")))
    for library in glob.glob(os.path.join(glob.escape(folder), "lib", "libtorch_cpu.*")):
        answer["libtorch_cpu"] = os.path.realpath(library)
with open(sys.argv[1], "w", encoding="utf-8") as file:
    json.dump(answer, file)

# Fails where this Python's torch doesn't take the kernels of notebook arithmetic. Loading the library alone is faster than
# importing torch.
import ctypes
import importlib.util
import os
import sys

STRICT_AVX2 = 65546  # MKL_CBWR_AVX2 | MKL_CBWR_STRICT
torch = importlib.util.find_spec("torch")
if torch and torch.origin:
    library = os.path.join(os.path.dirname(torch.origin), "lib", "libtorch_cpu.so")
    try:
        branch = ctypes.CDLL(library).mkl_serv_cbwr_get(-1)
    except (OSError, AttributeError):
        sys.exit(f"{library} can't be loaded, or has no MKL; use native arithmetic")
    if branch != STRICT_AVX2:
        sys.exit(
            f"notebook arithmetic needs MKL's strict AVX2 kernels, branch {STRICT_AVX2}, but MKL took branch {branch}; "
            "use native arithmetic"
        )

# Idea: One language reads the weights that the other saved, tensor by tensor, by name.
# PyTorch: `torch.save(dict(model.state_dict()), "x.pt")`, `safetensors.torch.load_file("x.safetensors")`
# Trap: the names must be the same in both languages. With strict=False a missing name is no error:
#   look at `missing_keys`. tch refuses `torch.save(model.state_dict(), ..)`: make a dict of it.
import json
import pathlib

import torch
from torch import nn

WEIGHTS = pathlib.Path(__file__).parent / "weights"


def load_safetensors(path):  # the format by hand: a length, a header, the numbers
    data = bytearray(path.read_bytes())
    start = 8 + int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        begin, end = entry["data_offsets"]
        numbers = torch.frombuffer(data[start + begin:start + end], dtype=torch.float32)
        tensors[name] = numbers.view(entry["shape"])
    return tensors


def show(file, model):
    print(file, model.linear.weight.tolist(), model.linear.bias.tolist())


model = nn.Module()
model.linear = nn.Linear(2, 2)
model.load_state_dict(torch.load(WEIGHTS / "python.pt"))
show("python.pt", model)
model.load_state_dict(load_safetensors(WEIGHTS / "rust.safetensors"))
show("rust.safetensors", model)

# a model with one name more than the file
model.scale = nn.Parameter(torch.ones(1))
result = model.load_state_dict(torch.load(WEIGHTS / "python.pt"), strict=False)
print("missing:", *result.missing_keys)

"""Answers a program's questions about this PyTorch: what it makes of given numbers, and of a run step by step.

Its standard input is a socket. A request is a line of JSON and raw numbers behind it; the answer is a 64-bit count and as
many raw numbers. What anything prints doesn't get in between."""

import ctypes
import itertools
import json
import socket
import struct
import sys

import matrix_inverse
import torch

matrix_inverse.torch = torch
DTYPES = {name: getattr(torch, dtype) for name, dtype in matrix_inverse.DTYPES.items()}


def backward(left, right):
    """left @ right as the backward pass of `parameter @ matrix` computes it."""
    parameter = torch.zeros_like(left).requires_grad_()
    (parameter @ right.T.contiguous()).backward(left)
    return parameter.grad


def sgd(parameter, gradient, learning_rate):
    """The parameter after one step."""
    parameter = torch.nn.Parameter(parameter)
    parameter.grad = gradient
    torch.optim.SGD([parameter], lr=learning_rate).step()
    return parameter


SUMS = {"forward": lambda left, right: left @ right, "backward": backward, "loss": lambda values: values.mean()}


def steps(run, random_inverse, M):
    """The tensors of each step: Y_hat, residual, loss, this step's gradient, and the parameter and grad after it."""
    Y_true = torch.eye(run["size"], dtype=M.dtype)
    random_inverse, losses = torch.nn.Parameter(random_inverse), []
    if run["gradient"] == "optimizer":
        optimizer = torch.optim.SGD([random_inverse], lr=run["learning_rate"], momentum=run["momentum"], dampening=0)
    while True:
        leaf = random_inverse.detach().clone().requires_grad_()
        Y_hat = leaf @ M.clone()
        matrix_inverse.mse(Y_true, Y_hat).backward()
        if run["gradient"] == "scaled":
            matrix_inverse.update(random_inverse, M.clone(), Y_true, run["learning_rate"], losses, run["momentum"])
        else:
            matrix_inverse.update_with(optimizer, random_inverse, M.clone(), Y_true, losses)
        loss = torch.tensor(losses.pop(), dtype=M.dtype)
        yield from (Y_hat, Y_true - Y_hat, loss, leaf.grad, random_inverse, random_inverse.grad)


def answer(request, numbers):
    """The tensors that answer a request; `numbers` reads so many n×n tensors."""
    global run
    if request["kind"] == "run":
        run = steps(request["settings"], *numbers(2))
        return []
    if request["kind"] == "steps":
        return itertools.islice(run, 6 * request["count"])
    if request["kind"] == "sgd":
        return [sgd(*numbers(2), request["learning_rate"])]
    return [SUMS[request["kind"]](*numbers(1 if request["kind"] == "loss" else 2))]


def main():
    torch.set_num_threads(int(sys.argv[1]))
    ours = socket.socket(fileno=0)
    requests = ours.makefile("rb")
    for line in requests:
        request = json.loads(line)
        dtype, n = DTYPES[request["dtype"]], request["size"]
        width = struct.calcsize(matrix_inverse.TYPECODES[request["dtype"]])

        def numbers(count):
            data = bytearray(requests.read(count * n * n * width))
            # Copies, which lie in memory as PyTorch's own tensors do.
            return [part.clone() for part in torch.frombuffer(data, dtype=dtype).reshape(count, n, n)]

        # Copies at once: a run goes on in the same tensors.
        plain = torch.contiguous_format
        tensors = [tensor.detach().clone(memory_format=plain) for tensor in answer(request, numbers)]
        raw = [ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size()) for tensor in tensors]
        ours.sendall(struct.pack("<Q", sum(tensor.numel() for tensor in tensors)) + b"".join(raw))


if __name__ == "__main__":
    main()

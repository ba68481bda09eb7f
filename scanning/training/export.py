"""Writes the network in ONNX form, with batch normalisation folded into the convolutions."""

from __future__ import annotations

import io

import onnx
import torch
from torch import nn

from scanning.digits.normalise import SIDE


def to_onnx(network: nn.Module) -> bytes:
    """Export: input float32 (n, 1, 28, 28) from 0 to 1, output float32 (n, 11) before softmax."""
    stream = io.BytesIO()
    torch.onnx.export(
        network.eval(),
        (torch.zeros(2, 1, SIDE, SIDE),),
        stream,
        dynamo=False,
        input_names=["image"],
        output_names=["outputs"],
        dynamic_axes={"image": {0: "n"}, "outputs": {0: "n"}},
    )
    model = onnx.load_from_string(stream.getvalue())
    onnx.checker.check_model(model)
    # the exporter's notes name files of the machine that ran it
    for node in model.graph.node:
        node.doc_string = ""
    return bytes(model.SerializeToString(deterministic=True))

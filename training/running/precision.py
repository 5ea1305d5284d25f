"""Training in bfloat16: the layers of a network multiply in it, everything else stays in float32."""

from collections.abc import Iterator
from typing import Any, Literal

import torch
from torch import Tensor, nn

from pie_desktop.errors import PieError
from pie_desktop.model.adaptation import Adaptation

Precision = Literal["float32", "bfloat16"]
BLOCKS = (nn.Sequential, nn.Linear, nn.Conv2d, nn.MultiheadAttention, nn.TransformerEncoder)
EXACT = (Adaptation,)  # variances and linear systems, of which the layers are a part


def blocks(module: nn.Module) -> Iterator[nn.Module]:
    """The largest parts of a network that are nothing but layers: outside them are statistics, solves and losses."""
    for part in module.children():
        if isinstance(part, BLOCKS):
            yield part
        elif not isinstance(part, EXACT):
            yield from blocks(part)


def multiply_in(precision: Precision, network: nn.Module) -> None:
    """Have the blocks of a network compute with `torch.autocast`, in place; weights and what they give are float32.

    To be called last: a copy that is made of the network afterwards would compute with the weights of this one.

    Args:
        network: on the device that it is trained on.

    Raises:
        PieError: the device does not compute in bfloat16.
    """
    if precision == "float32":
        return
    kind = next(network.parameters()).device.type
    if kind not in ("cpu", "cuda") or (kind == "cuda" and not torch.cuda.is_bf16_supported()):
        raise PieError('This device does not compute in bfloat16; set precision = "float32" in the configuration.')
    for block in blocks(network):
        _autocast(block, kind)


def _autocast(block: nn.Module, kind: str) -> None:
    forward = block.forward

    def computed(*values: Any, **named: Any) -> Any:
        with torch.autocast(kind, torch.bfloat16):
            found = forward(*values, **named)
        return tuple(map(_float, found)) if isinstance(found, tuple) else _float(found)

    block.forward = computed


def _float(value: Any) -> Any:
    return value.float() if isinstance(value, Tensor) and value.dtype == torch.bfloat16 else value

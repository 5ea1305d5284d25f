"""The published weights of StarEnhancer as a system of the study: `python -m training convert-starenhancer`.

They are read once, without running code that a file might hold, and strictly: every tensor has to be known, there and
of its shape. What they are called there and here:

- `stylish.pth.tar`: `encoder.` with `conv1`, `bias1`, `actv`, `layer1` to `layer4`, `bias2` and `fc` is `encoder.` with
  `trunk.stem`, `trunk.shift`, `trunk.activation`, `trunk.stages.0` to `3`, `shift` and `head`; inside a layer as in
  `_BLOCK`. `proxy.fc`, one vector to classify by for each style of the training, is left out.
- `enhancer.pth.tar`: `encoder.`, as above, is `enhancer.`
- `mapping.pth.tar`: `mlp_in` and `mlp_out` are `enhancer.mapping.shared` and `enhancer.mapping.heads`.
- `embeddings.npy`, style vectors `(styles, photos, 512)`: the mean of the unedited style is `origin`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from pie_desktop.errors import PieError
from pie_desktop.model.systems.build import build_system
from pie_desktop.model.systems.system import System, SystemConfig

SOURCE = 6  # which of the published styles, from 1, holds the unedited photos
_TRUNK = {
    r"conv1\.weight": "trunk.stem.weight",
    "bias1": "trunk.shift",
    r"actv\.weight": "trunk.activation.weight",
    "bias2": "shift",
    r"fc\.(weight|bias)": r"head.\1",
}
_BLOCK = {
    "bias1a": "shifts.0",
    "bias1b": "shifts.1",
    "bias2a": "shifts.2",
    "bias2b": "shifts.3",
    "actv1.weight": "activations.0.weight",
    "actv2.weight": "activations.1.weight",
    "conv1.weight": "first.weight",
    "conv2.weight": "second.weight",
    "scale": "scale",
    "downsample.weight": "shortcut.weight",
}


def renamed(file: str, name: str) -> str | None:
    """What a tensor of a published file is called here; None for what is left out.

    Args:
        file: `stylish`, `enhancer` or `mapping`.
        name: without the `module.` in front that training on several GPUs leaves.

    Raises:
        KeyError: it is not known.
    """
    if file == "mapping":
        found = re.sub(r"^mlp_in\.", "shared.", re.sub(r"^mlp_out\.", "heads.", name))
        if found == name:
            raise KeyError(name)
        return f"enhancer.mapping.{found}"
    if (file, name) == ("stylish", "proxy.fc"):
        return None
    part = "encoder" if file == "stylish" else "enhancer"
    own = name.removeprefix("encoder.")
    block = re.fullmatch(r"layer([1-4])\.(\d+)\.(.+)", own)
    if block and block[3] in _BLOCK:
        return f"{part}.trunk.stages.{int(block[1]) - 1}.{block[2]}.{_BLOCK[block[3]]}"
    for pattern, new in _TRUNK.items():
        if own != name and re.fullmatch(pattern, own):
            return f"{part}.{re.sub(pattern, new, own)}"
    raise KeyError(name)


def published_system(files: Mapping[str, Path], embeddings: Path | None = None, source: int = SOURCE) -> System:
    """The system of published weights, on the CPU in evaluation mode.

    Args:
        files: the files of `stylish`, `enhancer` and `mapping`.
        embeddings: style vectors of the training photos, whose mean over the unedited style is what photos start from;
            without it every photo starts from its own style.
        source: number of the unedited style there, from 1.

    Raises:
        PieError: a file cannot be read or does not hold exactly these weights.
    """
    config = SystemConfig(
        encoder="starenhancer", enhancer="starenhancer", width=512, side=224, source="mean" if embeddings else "photo"
    )
    system = build_system(config)
    tensors: dict[str, Tensor] = {"origin": torch.zeros(config.width)}
    for file, path in files.items():
        for name, tensor in _tensors(path).items():
            try:
                new = renamed(file, name)
            except KeyError as error:
                known = f"none of the weights of StarEnhancer's {file}"
                raise PieError(f"{path} holds {name}, which is {known}.") from error
            if new is not None:
                tensors[new] = tensor
    if embeddings is not None:
        tensors["origin"] = _mean_style(embeddings, source, config.width)
    wanted = {name: tuple(tensor.shape) for name, tensor in system.state_dict().items()}
    wrong = [name for name in wanted if name not in tensors or tuple(tensors[name].shape) != wanted[name]]
    wrong += [name for name in tensors if name not in wanted]
    if wrong:
        more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise PieError(
            f"{', '.join(path.name for path in files.values())} are not the published weights of StarEnhancer:"
            f" {wrong[0]} is missing or of another shape{more}."
        )
    system.load_state_dict(tensors)
    return system.eval()


def _tensors(path: Path) -> dict[str, Tensor]:
    """The weights of a file, without `module.` in front of their names."""
    try:
        # only tensors and plain containers: a file cannot run anything
        found = torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
        return {str(name).removeprefix("module."): tensor.float() for name, tensor in found.items()}
    except OSError as error:
        raise PieError(f"{path} cannot be read: {error.strerror or error}.") from error
    except Exception as error:
        raise PieError(f"{path} does not hold weights as StarEnhancer's authors published them.") from error


def _mean_style(path: Path, source: int, width: int) -> Tensor:
    """The mean of the style vectors of one style, of unit length."""
    try:
        vectors = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise PieError(f"{path} cannot be read as style vectors (embeddings.npy).") from error
    if vectors.ndim != 3 or vectors.shape[2] != width or not 1 <= source <= len(vectors):
        raise PieError(f"{path} does not hold vectors of {width} numbers for {source} styles or more.")
    mean = torch.from_numpy(vectors[source - 1].mean(0)).float()
    return torch.nn.functional.normalize(mean, dim=0)

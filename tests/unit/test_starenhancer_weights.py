"""The published weights of StarEnhancer: names and shapes as in its files, and what they make of a photo.

The weights here are random, of exactly the published names and shapes, and what comes out is computed a second time
from them alone, in the order of operations of the public code.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional
from typer.testing import CliRunner

from pie_desktop.errors import PieError
from pie_desktop.model.preference import ReferencePixels
from pie_desktop.model.systems.build import load_system, retouch, style_of
from pie_desktop.model.systems.bundle import load_system_bundle
from pie_desktop.model.systems.system import SystemConfig
from training.cli import app
from training.study.export import write_model
from training.study.starenhancer_weights import published_system

Weights = dict[str, Tensor]
PLANES = (64, 128, 256, 512)


def trunk_shapes(blocks: int, outputs: int) -> dict[str, tuple[int, ...]]:
    """Of a published trunk with its head."""
    one = (1,)
    shapes = {"conv1.weight": (64, 3, 7, 7), "bias1": one, "actv.weight": one, "bias2": one}
    shapes |= {"fc.weight": (outputs, 512), "fc.bias": (outputs,)}
    for stage, planes in enumerate(PLANES):
        for block in range(blocks):
            inputs = planes if block or not stage else PLANES[stage - 1]
            name = f"layer{stage + 1}.{block}."
            names = ("bias1a", "actv1.weight", "bias1b", "bias2a", "actv2.weight", "bias2b", "scale")
            shapes |= {name + part: one for part in names}
            shapes |= {name + "conv1.weight": (planes, inputs, 3, 3), name + "conv2.weight": (planes, planes, 3, 3)}
            if inputs != planes:
                shapes[name + "downsample.weight"] = (planes, inputs, 1, 1)
    return {f"encoder.{name}": shape for name, shape in shapes.items()}


def mapping_shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in range(0, 8, 2):
        shapes |= {
            f"mlp_in.{layer}.weight": (512, 512),
            f"mlp_in.{layer}.bias": (512,),
            f"mlp_in.{layer + 1}.weight": (1,),
        }
    for head in range(2):
        shapes |= {f"mlp_out.{head}.0.weight": (512, 512), f"mlp_out.{head}.0.bias": (512,)}
        shapes |= {f"mlp_out.{head}.1.weight": (1,), f"mlp_out.{head}.2.weight": (1024, 512)}
        shapes[f"mlp_out.{head}.2.bias"] = (1024,)
    return shapes


SHAPES = {
    "stylish": trunk_shapes(4, 512) | {"proxy.fc": (512, 10)},
    "enhancer": trunk_shapes(2, 9 * 64),
    "mapping": mapping_shapes(),
}


def drawn(shapes: dict[str, tuple[int, ...]], generator: torch.Generator) -> Weights:
    """Random weights that neither vanish nor explode on their way through the layers."""

    def one(name: str, shape: tuple[int, ...]) -> Tensor:
        values = torch.randn(shape, generator=generator)
        if len(shape) > 1:
            return values / float(np.prod(shape[1:])) ** 0.5
        if "actv" in name or ("mlp" in name and name.endswith(".weight")):
            return 0.25 + 0.05 * values
        return 0.5 + 0.1 * values if name.endswith("scale") else 0.1 * values

    return {name: one(name, shape) for name, shape in shapes.items()}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Weights], np.ndarray]:
    """A folder as published, its weights, and its style vectors: 10 styles of 5 photos."""
    folder, generator = tmp_path_factory.mktemp("published"), torch.Generator().manual_seed(0)
    weights = {file: drawn(shapes, generator) for file, shapes in SHAPES.items()}
    for file, values in weights.items():
        torch.save({"state_dict": {f"module.{k}": v for k, v in values.items()}}, folder / f"{file}.pth.tar")
    vectors = functional.normalize(torch.randn(10, 5, 512, generator=generator), dim=2).numpy()
    np.save(folder / "embeddings.npy", vectors)
    return folder, weights, vectors


def block(x: Tensor, w: Weights, name: str, stride: int, between: Callable[[Tensor], Tensor]) -> Tensor:
    first = functional.prelu(x + w[name + "bias1a"], w[name + "actv1.weight"])
    down = name + "downsample.weight"
    beside = functional.conv2d(first, w[down], stride=stride) if down in w else x
    found = between(functional.conv2d(first + w[name + "bias1b"], w[name + "conv1.weight"], stride=stride, padding=1))
    found = functional.prelu(found + w[name + "bias2a"], w[name + "actv2.weight"])
    found = functional.conv2d(found + w[name + "bias2b"], w[name + "conv2.weight"], padding=1)
    return found * w[name + "scale"] + beside


def trunk(x: Tensor, w: Weights, blocks: int, modulate: Callable[[int], Callable[[Tensor], Tensor]] | None) -> Tensor:
    x = functional.conv2d(x, w["encoder.conv1.weight"], stride=2, padding=3)
    x = functional.max_pool2d(functional.prelu(x + w["encoder.bias1"], w["encoder.actv.weight"]), 3, 2, 1)
    for stage in range(4):
        for number in range(blocks):
            between = modulate(number) if modulate is not None and stage == 3 else lambda maps: maps
            stride = 2 if stage and not number else 1
            x = block(x, w, f"encoder.layer{stage + 1}.{number}.", stride, between)
    return x


def style_vector(image: Tensor, w: Weights) -> Tensor:
    x = trunk(functional.adaptive_avg_pool2d(image, 224), w, 4, None)
    pooled = x.amax((2, 3)) + x.mean((2, 3)) + w["encoder.bias2"]
    return functional.normalize(functional.linear(pooled, w["encoder.fc.weight"], w["encoder.fc.bias"]), dim=1)


def statistics(style: Tensor, w: Weights) -> list[list[Tensor]]:
    x = style
    for layer in range(0, 8, 2):
        x = functional.linear(x, w[f"mlp_in.{layer}.weight"], w[f"mlp_in.{layer}.bias"])
        x = functional.prelu(x, w[f"mlp_in.{layer + 1}.weight"])
    found = []
    for head in range(2):
        y = functional.linear(x, w[f"mlp_out.{head}.0.weight"], w[f"mlp_out.{head}.0.bias"])
        y = functional.prelu(y, w[f"mlp_out.{head}.1.weight"])
        y = torch.sigmoid(functional.linear(y, w[f"mlp_out.{head}.2.weight"], w[f"mlp_out.{head}.2.bias"]))
        found.append([y[:, :512, None, None], y[:, 512:, None, None]])
    return found


def enhanced(photo: Tensor, source: Tensor, target: Tensor, weights: dict[str, Weights]) -> Tensor:
    """`(1, 3, H, W)`, pixel by pixel through a table of 256 entries per curve."""
    a, b = (statistics(style, weights["mapping"]) for style in (source, target))

    def modulate(number: int) -> Callable[[Tensor], Tensor]:
        (scale_a, shift_a), (scale_b, shift_b) = a[number], b[number]
        return lambda maps: (maps - shift_a) / scale_a * scale_b + shift_b

    w = weights["enhancer"]
    x = trunk(functional.adaptive_avg_pool2d(photo, 224), w, 2, modulate).mean((2, 3)) + w["encoder.bias2"]
    knots = functional.linear(x, w["encoder.fc.weight"], w["encoder.fc.bias"]).reshape(9, 1, 1, 64)
    tables = functional.interpolate(knots, (1, 256), mode="bicubic", align_corners=True).reshape(3, 3, 256).numpy()
    levels = (photo[0] * 255).long().numpy()
    result = photo[0].numpy().copy()
    for output in range(3):
        for channel in range(3):
            result[output] += tables[output, channel][levels[channel]]
    return torch.from_numpy(result)[None]


@torch.inference_mode()
def test_converted_weights_do_what_the_published_ones_do(
    published: tuple[Path, dict[str, Weights], np.ndarray], tmp_path: Path, sample_images: dict[str, np.ndarray]
) -> None:
    folder, weights, vectors = published
    arguments = ["convert-starenhancer", str(folder), "--out", str(tmp_path / "system")]
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0 and "the mean style of the unedited photos" in result.output
    system, card = load_system(tmp_path / "system")
    assert "StarEnhancer" in card["source"] and not list((tmp_path / "system").glob("*.p*t*"))
    images = [sample_images[name][:240, :300] for name in ("coffee", "chelsea", "rocket")]
    photo, *references = (torch.from_numpy(i.copy()).permute(2, 0, 1)[None].float() / 255 for i in images)
    target = functional.normalize(torch.cat([style_vector(r, weights["stylish"]) for r in references]).mean(0)[None])
    source = functional.normalize(torch.from_numpy(vectors[5].mean(0))[None].float())
    expected = enhanced(photo, source, target, weights)
    style = system.style(torch.cat(references)[None], None, torch.ones(1, 2, dtype=torch.bool))
    found = system.enhance(photo[None], style)[0]
    assert float((expected - photo).abs().max()) > 0.05
    assert torch.allclose(found, expected, atol=2e-5)
    # as a model of the editor
    bundle = write_model(tmp_path / "system", tmp_path / "models", "StarEnhancer")
    recolored = load_system_bundle(bundle.path)[0].recolor(photo, photo[None], style)
    assert recolored is not None and torch.allclose(recolored, found, atol=1e-6)
    # as a method of the benchmark
    shown = style_of(system, [ReferencePixels(image, None) for image in images[1:]])
    assert shown is not None and retouch(system, images[0], shown).shape == images[0].shape
    with pytest.raises(PieError, match="holds a system already"):
        CliRunner().invoke(app, arguments, catch_exceptions=False)


class Runs:
    """What a file must not do."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("run",)


def test_files_that_are_not_exactly_these_weights_are_refused(
    published: tuple[Path, dict[str, Weights], np.ndarray], tmp_path: Path
) -> None:
    folder, weights, _ = published
    files = {file: folder / f"{file}.pth.tar" for file in SHAPES}
    assert published_system(files).config.source == "photo"
    mapping, changed = weights["mapping"], tmp_path / "mapping.pth.tar"
    without = {name: value for name, value in mapping.items() if name != "mlp_out.1.2.bias"}
    for content, message in (
        ({"state_dict": without}, r"enhancer\.mapping\.heads\.1\.2\.bias is missing or of another shape"),
        ({"state_dict": mapping | {"mlp_in.0.bias": torch.zeros(3)}}, "shared.0.bias is missing or of another shape"),
        ({"state_dict": mapping | {"more": torch.zeros(3)}}, "holds more, which is none of the weights"),
        ({"state_dict": mapping, "runs": Runs()}, "does not hold weights as"),
        (mapping, "does not hold weights as"),
    ):
        torch.save(content, changed)
        with pytest.raises(PieError, match=message):
            published_system(files | {"mapping": changed})
    with pytest.raises(PieError, match="cannot be read"):
        published_system(files | {"mapping": tmp_path / "none.pth.tar"})
    np.save(tmp_path / "embeddings.npy", np.zeros((3, 5, 512), np.float32))
    with pytest.raises(PieError, match="does not hold vectors of 512 numbers for 6 styles"):
        published_system(files, tmp_path / "embeddings.npy")
    with pytest.raises(ValueError, match="both its parts and width = 512"):
        SystemConfig(encoder="starenhancer", width=512)

"""Style encoders of the study."""

import pytest
import torch

from training.systems.style_encoders import PspEncoder, ResNetEncoder, StyleEncoder


@pytest.mark.parametrize(("kind", "levels"), [(ResNetEncoder, 1), (PspEncoder, 3)])
@pytest.mark.parametrize("side", [33, 64, 100])
def test_shapes_at_any_side(kind: type[StyleEncoder], levels: int, side: int) -> None:
    encoder = kind(width=24, channels=8, paired=False)  # type: ignore[call-arg]
    features = encoder(torch.rand(3, 3, side, side))
    assert features.vector.shape == (3, 24) and features.levels.shape == (3, levels, 24)
    assert features.maps.shape[:2] == (3, encoder.map_channels) and encoder.levels == levels


@pytest.mark.parametrize("kind", [ResNetEncoder, PspEncoder])
@pytest.mark.parametrize("paired", [False, True])
def test_fewer_than_three_million_parameters(kind: type[StyleEncoder], paired: bool) -> None:
    assert sum(p.numel() for p in kind(paired=paired).parameters()) < 3_000_000  # type: ignore[call-arg]


@pytest.mark.parametrize("kind", [ResNetEncoder, PspEncoder])
def test_an_image_is_encoded_alike_in_any_batch(kind: type[StyleEncoder]) -> None:
    torch.manual_seed(0)
    encoder, images = kind(width=16, channels=8).train(), torch.rand(4, 3, 48, 48)  # type: ignore[call-arg]
    with torch.no_grad():
        assert torch.allclose(encoder(images).vector[:1], encoder(images[:1]).vector, atol=1e-5)


@pytest.mark.parametrize("kind", [ResNetEncoder, PspEncoder])
def test_a_paired_encoder_tells_before_from_after(kind: type[StyleEncoder]) -> None:
    torch.manual_seed(0)
    encoder = kind(width=16, channels=8, paired=True)  # type: ignore[call-arg]
    after, before = torch.rand(2, 2, 3, 48, 48)
    with torch.no_grad():
        assert not torch.allclose(encoder(after, before).vector, encoder(before, after).vector, atol=1e-4)
    with pytest.raises(ValueError, match="original"):
        encoder(after)


def test_the_codes_of_a_pyramid_differ() -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        codes = PspEncoder(16, 8)(torch.rand(1, 3, 64, 64)).levels[0]
    assert (torch.cdist(codes, codes) + torch.eye(3)).min() > 1e-3

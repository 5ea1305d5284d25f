"""Style encoders of the study."""

import pytest
import torch

from pie_desktop.model.systems.style_encoders import (
    ContentEncoder,
    DifferenceEncoder,
    PspEncoder,
    ResNet18Encoder,
    ResNetEncoder,
    StyleEncoder,
)


@pytest.mark.parametrize(("kind", "levels"), [(ResNetEncoder, 1), (ResNet18Encoder, 1), (PspEncoder, 3)])
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


@pytest.mark.parametrize("kind", [ResNetEncoder, ResNet18Encoder, PspEncoder])
def test_an_image_is_encoded_alike_in_any_batch(kind: type[StyleEncoder]) -> None:
    torch.manual_seed(0)
    encoder, images = kind(width=16, channels=8).train(), torch.rand(4, 3, 48, 48)  # type: ignore[call-arg]
    with torch.no_grad():
        assert torch.allclose(encoder(images).vector[:1], encoder(images[:1]).vector, atol=1e-5)


@pytest.mark.parametrize("kind", [ResNetEncoder, ResNet18Encoder, PspEncoder])
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


def test_a_pyramid_gives_as_many_codes_as_asked_for() -> None:
    torch.manual_seed(0)
    with torch.no_grad():
        codes = PspEncoder(16, 8, codes=9)(torch.rand(1, 3, 64, 64)).levels[0]
    assert codes.shape == (9, 16) and (torch.cdist(codes, codes) + torch.eye(9)).min() > 1e-3


@pytest.mark.parametrize("maximum", [False, True])
def test_vectors_of_resnet_18_are_of_unit_length_and_512_dimensions_at_the_papers_size(maximum: bool) -> None:
    torch.manual_seed(0)
    encoder = ResNet18Encoder(512, 64, maximum=maximum)
    with torch.no_grad():
        vectors = encoder(torch.rand(2, 3, 32, 32)).vector
    assert vectors.shape == (2, 512) and torch.allclose(vectors.norm(dim=1), torch.ones(2), atol=1e-5)
    # ResNet-18 without its classifier has 11.18 million values; a linear layer follows only where maxima are added
    weights = sum(p.numel() for p in encoder.trunk.parameters())
    assert 11_150_000 < weights < 11_200_000
    assert sum(p.numel() for p in encoder.head.parameters()) == (513 * 512 if maximum else 0)


def test_the_style_of_a_pair_is_a_difference_so_that_none_is_zero() -> None:
    torch.manual_seed(0)
    encoder = DifferenceEncoder(16, 8)
    photos, edits = torch.rand(2, 2, 3, 48, 48)
    with torch.no_grad():
        forth, back = encoder(edits, photos).vector, encoder(photos, edits).vector
        assert not encoder(photos, photos).vector.any()
        assert torch.allclose(forth, -back, atol=1e-6) and forth.abs().max() > 1e-3
    with pytest.raises(ValueError, match="original"):
        encoder(edits)


def test_contents_are_told_apart_by_place() -> None:
    torch.manual_seed(0)
    encoder, photo = ContentEncoder(16, 8), torch.rand(1, 3, 64, 64)
    photo[..., :32] = 0
    with torch.no_grad():
        assert encoder(photo).shape == (1, 16)
        assert not torch.allclose(encoder(photo), encoder(photo.flip(-1)), atol=1e-3)

"""Losses of images: differences of pixels, and of the textures and colours of a style (Gram matrices)."""

import torch
from torch import Tensor, nn

from pie_desktop.model.statistics import linear
from training.losses.registry import Images, loss


def l1_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference of images of the same shape, sRGB-encoded [0, 1]; a scalar."""
    return (output - target).abs().mean()


def to_lab(rgb: Tensor) -> Tensor:
    """CIE Lab (D65) of `(B, 3, ...)` sRGB-encoded values in [0, 1], divided by 100: L in [0, 1]."""
    light = linear(rgb)
    matrix = rgb.new_tensor(
        [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
    )
    white = rgb.new_tensor([0.95047, 1.0, 1.08883])
    xyz = torch.einsum("ij,bj...->bi...", matrix / white[:, None], light)
    f = torch.where(xyz > 0.008856, xyz.clamp_min(1e-6) ** (1 / 3), 7.787 * xyz + 16 / 116)
    x, y, z = f.unbind(1)
    return torch.stack([1.16 * y - 0.16, 5 * (x - y), 2 * (y - z)], 1)


def lab_loss(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute difference in CIE Lab; images `(B, 3, ...)`, sRGB-encoded [0, 1]."""
    return (to_lab(output) - to_lab(target)).abs().mean()


def total_variation(images: Tensor) -> Tensor:
    """Mean absolute difference of neighbouring pixels of `(B, C, H, W)` (anisotropic; Rudin, Osher and Fatemi 1992)."""
    return (images[..., 1:, :] - images[..., :-1, :]).abs().mean() + (images[..., 1:] - images[..., :-1]).abs().mean()


@loss("l1", 1.0, Images)
def _l1(images: Images) -> Tensor:
    return l1_loss(images.output, images.target)


@loss("lab", 1.0, Images)
def _lab(images: Images) -> Tensor:
    # the cube root of Lab is steep near black
    return lab_loss(images.output.clamp(0.002, 1), images.target.clamp(0.002, 1))


@loss("tv", 0.01, Images)
def _tv(images: Images) -> Tensor:
    # of the change: the photo's own texture is none of the model's business
    return total_variation(images.output - images.input)


@loss("edge_tv", 0.0, Images)
def edge_aware_total_variation(images: Images) -> Tensor:
    """Total variation of the change, counted less where the photo has an edge, as PieNet is trained with.

    Kim, Koh and Kim, ECCV 2020, as in the code of Masked Style Modeling: differences of neighbouring pixels of the
    change count `exp(-|difference in the photo|)` times.
    """
    change, photo = images.output - images.input, images.input
    total = change.new_zeros(())
    for axis in (-2, -1):
        total = total + (change.diff(dim=axis) * torch.exp(-photo.diff(dim=axis).abs())).abs().mean()
    return total


SCALE = 100.0  # brings the Gram loss of visibly different images near 1


def gram_matrix(features: Tensor) -> Tensor:
    """Gram matrices `(B, C, C)` of maps `(B, C, H, W)`, divided by `C * H * W` (Gatys, Ecker and Bethge 2016)."""
    flat = features.flatten(2)
    return flat @ flat.mT / (flat.shape[1] * flat.shape[2])


@loss("gram", 0.01, Images)
class GramLoss(nn.Module):
    """Squared distance of Gram matrices under fixed random filters.

    A single layer of random filters describes texture and colour statistics about as well as a trained network
    (Ustyuzhaninov et al., Texture synthesis using shallow convolutional networks with random filters, 2016), needs no
    weights of unclear licence, and is cheap.
    """

    filters: Tensor

    def __init__(self, filters: int = 32, size: int = 5, seed: int = 0) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(seed)
        self.register_buffer(
            "filters", torch.randn(filters, 3, size, size, generator=generator) / (3 * size * size) ** 0.5
        )

    def grams(self, images: Tensor) -> Tensor:
        """Gram matrices `(B, F, F)` of images `(B, 3, H, W)`, sRGB-encoded [0, 1]."""
        return gram_matrix(nn.functional.conv2d(images - 0.5, self.filters).relu())

    def forward(self, images: Images) -> Tensor:
        """A scalar: to the user's references where they are given, at half size, else to the target."""
        if images.styles is None:
            return self.to_target(images.output, images.target)
        # of half-size images: a style is not in the finest texture, and it is a quarter of the work
        halves = nn.functional.avg_pool2d(images.styles.flatten(0, 1), 2).unflatten(0, images.styles.shape[:2])
        return self.to_styles(nn.functional.avg_pool2d(images.output, 2), halves, images.valid)

    def to_target(self, output: Tensor, target: Tensor) -> Tensor:
        """Distance from one image each; images `(B, 3, H, W)`, sRGB-encoded [0, 1]; a scalar."""
        return ((self.grams(output) - self.grams(target)) ** 2).sum((1, 2)).mean() * SCALE

    def to_styles(self, output: Tensor, styles: Tensor, valid: Tensor | None = None) -> Tensor:
        """Distance from the mean Gram matrix of N images of a style each, a scalar.

        The style term of Gatys, Ecker and Bethge (Image style transfer using convolutional neural networks, 2016), with
        N style images instead of one: what they have in common counts, not what one of them happens to show. Images
        without a valid style image add nothing.

        Args:
            output: `(B, 3, H, W)`, sRGB-encoded [0, 1].
            styles: `(B, N, 3, h, w)` images of the style, of any size: a Gram matrix is a mean over places.
            valid: `(B, N)` bool, which style images are there; all where None.
        """
        batch, count = styles.shape[:2]
        weights = styles.new_ones(batch, count) if valid is None else valid.to(styles.dtype)
        grams = self.grams(styles.flatten(0, 1)).unflatten(0, (batch, count))
        total = weights.sum(1)
        wanted = torch.einsum("bn,bnij->bij", weights, grams) / total.clamp_min(1)[:, None, None]
        distance = ((self.grams(output) - wanted) ** 2).sum((1, 2))
        known = (total > 0).to(distance.dtype)
        return (distance * known).sum() / known.sum().clamp_min(1) * SCALE


@loss("pixel_gram", 0.0, Images)
def pixel_gram(images: Images) -> Tensor:
    """The study's Gram loss: mean squared distance of the 3 x 3 Gram matrices of pixels from each style image's.

    A Gram matrix of pixels is the second moments of the colours divided by three; textures do not enter. Every style
    image is compared on its own, so that the output is drawn to their mean. Style images that are not valid add
    nothing; without style images, the target is the one.
    """
    if images.styles is None:
        return ((gram_matrix(images.output) - gram_matrix(images.target)) ** 2).mean()
    valid = images.styles.new_ones(images.styles.shape[:2], dtype=torch.bool) if images.valid is None else images.valid
    # chosen before they are compared: what an invalid one holds, be it NaN, must not reach a gradient either
    styles = torch.where(valid[:, :, None, None, None], images.styles, 0.0)
    wanted = gram_matrix(styles.flatten(0, 1)).unflatten(0, valid.shape)
    distance = ((gram_matrix(images.output)[:, None] - wanted) ** 2).mean((2, 3))
    return (distance * valid).sum() / valid.sum().clamp_min(1)

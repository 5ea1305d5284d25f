"""Schools of retouchers: photographers who correct towards targets of their own.

A real retoucher does not undo what a camera did; nobody knows that. They look at the photo and bring it nearer to what
they want: the subject so bright, blacks so deep, so much contrast, so warm, so colourful. How far they go is their
habit (a *gain*), and so is what they look at: faces, the centre, what stands out, or the whole. They pull dark photos
up more than bright ones down, and keep highlights. They are consistent in targets and gains, so the transform differs
from photo to photo. A *school* is a distribution over such retouchers.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from pie_desktop.model.statistics import attention_maps, linear
from training.data import color
from training.data.batch import Movable


@dataclass
class Retoucher(Movable):
    """Targets and gains of B retouchers; every tensor has B as its first dimension.

    Attributes:
        attention: `(B, 4)` what counts for the brightness of the subject: everything, centre, skin, what stands out.
        brightness: target of the subject, log2 of linear light.
        pull_up, pull_down: how much of the way dark and bright photos are brought to it, 0 to 1.
        reach: most that is changed, in EV; far ones are brought less of the way.
        borrowed: share of the target that is what suits this very photo, rather than the same for all.
        filmic: share of the change that is made by exposure; the rest is a gamma curve.
        protect: brightness (linear light) that the brightest parts may reach by exposure.
        black, white: targets of the darkest and brightest parts, sRGB-encoded.
        pull_black, pull_white: how much of the way they are brought there.
        contrast: target of the standard deviation of luma; pull_contrast: how much of the way.
        warmth: target of log red less log blue of greys; tint: of log green less the mean of both.
        pull_cast: how much of the way the cast is brought there.
        chroma: target of the mean chroma; pull_chroma: how much of the way.
        whim: EV by which brightness differs from photo to photo for no reason that the photo shows.
    """

    attention: Tensor
    brightness: Tensor
    pull_up: Tensor
    pull_down: Tensor
    reach: Tensor
    borrowed: Tensor
    filmic: Tensor
    protect: Tensor
    black: Tensor
    white: Tensor
    pull_black: Tensor
    pull_white: Tensor
    contrast: Tensor
    pull_contrast: Tensor
    warmth: Tensor
    tint: Tensor
    pull_cast: Tensor
    chroma: Tensor
    pull_chroma: Tensor
    whim: Tensor


# mean and standard deviation of every trait over schools, on a scale without bounds; gains go through a sigmoid
_SPREAD = {
    "brightness": (-2.0, 0.45),
    "pull_up": (0.6, 1.0),
    "pull_down": (-0.6, 1.2),
    "reach": (0.5, 0.35),
    "borrowed": (-1.0, 1.6),
    "filmic": (0.3, 1.5),
    "protect": (0.3, 0.5),
    "black": (-3.7, 0.7),
    "white": (2.8, 0.8),
    "pull_black": (0.0, 1.3),
    "pull_white": (-0.2, 1.3),
    "contrast": (0.25, 0.035),
    "pull_contrast": (-0.3, 1.2),
    "warmth": (0.08, 0.13),
    "tint": (0.0, 0.04),
    "pull_cast": (-1.0, 1.3),
    "chroma": (0.19, 0.055),
    "pull_chroma": (-0.2, 1.2),
    "whim": (-2.2, 0.9),
}
_BOUNDED = {"pull_up", "pull_down", "borrowed", "filmic", "black", "white", "pull_black", "pull_white"}
_BOUNDED |= {"pull_contrast", "pull_cast", "pull_chroma"}
_POSITIVE = ("reach", "protect", "whim")  # logarithms
_DARKEST = 0.002  # linear light that counts as black
_WITHIN = 0.5  # spread within a school, in parts of the spread over schools


def sample_retouchers(count: int, generator: torch.Generator, schools: int | None = None) -> Retoucher:
    """Draw retouchers, each from a school of its own, or several from the same schools.

    Args:
        count: of retouchers.
        schools: how many schools they come from, in turn; one each when None.
    """
    schools = schools or count
    owner = torch.arange(count) % schools

    def normal(*shape: int) -> Tensor:
        """Standard normal over schools, and retouchers about their school."""
        school = torch.randn(schools, *shape, generator=generator)[owner]
        own = torch.randn(count, *shape, generator=generator)
        return (school + _WITHIN * own) / (1 + _WITHIN**2) ** 0.5

    traits: dict[str, Tensor] = {}
    for name, (mean, deviation) in _SPREAD.items():
        value = mean + deviation * normal()
        if name in _BOUNDED:
            value = value.sigmoid()
        elif name in _POSITIVE:
            value = value.exp()
        traits[name] = value
    # those who never touch a thing are many
    for name in ("pull_black", "pull_white", "pull_contrast", "pull_cast", "pull_chroma"):
        traits[name] = traits[name] * (torch.rand(count, generator=generator) < 0.75)
    traits["contrast"], traits["chroma"] = traits["contrast"].clamp(0.12, 0.35), traits["chroma"].clamp(0.02, 0.4)
    traits["pull_down"] = traits["pull_down"] * traits["pull_up"].clamp_min(0.5)
    return Retoucher(attention=(1.5 * normal(4)).softmax(1), **traits)


@dataclass
class _Reading:
    """How B photos are read.

    Attributes:
        subject: `(B,)` brightness of what is looked at, log2 of linear light.
        highlight: `(B,)` brightness of the brightest 2 %, log2 of linear light.
    """

    subject: Tensor
    highlight: Tensor


def _read(x: Tensor, attention: Tensor) -> _Reading:
    """Read images `(B, 3, P, P)`, sRGB-encoded [0, 1], with attention `(B, 4)` as in `attention_maps`."""
    light = color.luma(linear(x.flatten(2)))[:, 0]
    weight = torch.einsum("bk,bkm->bm", attention, attention_maps(x)[0].flatten(2)) / light.shape[1]
    # between the mean of light, which a lamp decides, and the mean of its logarithm, which shadows decide
    root = ((light.clamp_min(_DARKEST) ** (1 / 3)) * weight).sum(1) ** 3
    return _Reading(root.log2(), light.quantile(0.98, 1).clamp_min(_DARKEST).log2())


def retouch(x: Tensor, retoucher: Retoucher, suited: Tensor, noise: Tensor) -> Tensor:
    """What retouchers make of photos.

    Args:
        x: `(B, 3, P, P)` photos, sRGB-encoded [0, 1].
        retoucher: of each photo.
        suited: `(B, 3, P, P)` the same photos as somebody finished them: what suits them.
        noise: `(B, 3)` standard normal whims: of brightness, warmth and chroma.

    Returns:
        `(B, 3, M)` in [0, 1], M = P * P.
    """
    r, reading = retoucher, _read(x, retoucher.attention)
    y = _brightened(x.flatten(2), r, reading, _read(suited, retoucher.attention), noise[:, 0])
    y = _levelled(y, r)
    y = _balanced(y, r, noise[:, 1])
    return _colored(y, r, noise[:, 2]).clamp(0, 1)


def _brightened(x: Tensor, r: Retoucher, reading: _Reading, suited: _Reading, whim: Tensor) -> Tensor:
    target = r.brightness + r.borrowed * (suited.subject - r.brightness)
    wanted = target - reading.subject
    wanted = r.reach * torch.tanh(wanted / r.reach)
    ev = torch.where(wanted > 0, r.pull_up, r.pull_down) * wanted + r.whim * whim
    # by exposure only as far as the highlights allow, the rest by a curve that keeps black and white
    room = (r.protect.log2() - reading.highlight).clamp_min(0)
    stops = torch.minimum(r.filmic * ev, room)
    y = _lit(x, (2.0**stops)[:, None, None])
    now = (reading.subject + stops).clamp(-9, -0.15)
    encoded, aim = (_encode(light) for light in (now, (now + ev - stops).clamp(-9, -0.1)))
    gamma = (aim.log() / encoded.log()).clamp(0.45, 2.0)
    return y.clamp(1e-4, 1) ** gamma[:, None, None]


def _lit(x: Tensor, gain: Tensor) -> Tensor:
    """More or less light, with a shoulder that keeps white where there is more of it."""
    light = linear(x)
    return color.encoded(torch.where(gain > 1, light * gain / (1 + light * (gain - 1)), light * gain))


def _encode(light: Tensor) -> Tensor:
    """sRGB-encoded value of a grey whose linear light has this log2."""
    return color.to_encoded(2.0**light).clamp(0.004, 0.97)


def _levelled(y: Tensor, r: Retoucher) -> Tensor:
    grey = color.luma(y)[:, 0]
    low, high = grey.quantile(0.01, 1), grey.quantile(0.985, 1)
    bottom = r.pull_black * (low - r.black).clamp(-0.05, 0.25)
    top = 1 - r.pull_white * (r.white - high).clamp(-0.1, 0.35)
    y = (y - bottom[:, None, None]) / (top - bottom).clamp_min(0.5)[:, None, None]
    grey = color.luma(y)[:, 0].clamp(0, 1)
    pivot, deviation = grey.mean(1).clamp(0.2, 0.7), grey.std(1).clamp_min(0.03)
    slope = ((r.contrast / deviation).log() * r.pull_contrast).clamp(-0.35, 0.45).exp()
    return _sigmoid_contrast(y.clamp(0, 1), pivot[:, None, None], slope[:, None, None])


def _sigmoid_contrast(y: Tensor, pivot: Tensor, slope: Tensor) -> Tensor:
    """Contrast about a pivot that keeps 0 and 1: a power on either side of it."""
    below, above = y < pivot, (1 - y) / (1 - pivot)
    return torch.where(
        below, pivot * (y / pivot).clamp_min(1e-4) ** slope, 1 - (1 - pivot) * above.clamp_min(1e-4) ** slope
    )


def _balanced(y: Tensor, r: Retoucher, whim: Tensor) -> Tensor:
    light = linear(y).clamp_min(1e-3).log()
    saturation = y.amax(1) - y.amin(1)
    grey = color.luma(y)[:, 0]
    weight = torch.exp(-((saturation / 0.15) ** 2)) * ((grey > 0.1) & (grey < 0.95)) + 1e-4
    red, green, blue = ((light * weight[:, None]).sum(2) / weight.sum(1, keepdim=True)).unbind(1)
    warmth = (r.warmth - (red - blue)) * r.pull_cast / 2 + 0.1 * r.whim * whim
    tint = -(r.tint - (green - (red + blue) / 2)) * r.pull_cast * (2 / 3)
    gains = color.white_balance_gains(warmth.clamp(-0.35, 0.35), tint.clamp(-0.2, 0.2))
    return _lit(y, gains[:, :, None])


def _colored(y: Tensor, r: Retoucher, whim: Tensor) -> Tensor:
    chroma = color.hue_chroma(y)[1].mean((1, 2)).clamp_min(0.01)
    more = ((r.chroma / chroma).log() * r.pull_chroma).clamp(-0.5, 0.8) + 0.3 * r.whim * whim
    factor = more.exp() - 1
    return color.saturate(y, 0.5 * factor, 0.8 * factor)

"""The model's answer to one photo, and the one place where it and an edit become a LUT."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce

import numpy as np

from pie_desktop.edit.compiling import ExactEdit, adjusted
from pie_desktop.edit.edit import STRENGTH, Edit
from pie_desktop.edit.parts.style import StylePart
from pie_desktop.imaging.color import difference
from pie_desktop.imaging.lut.apply import AnyLut, apply_lut
from pie_desktop.imaging.lut.emphasis import emphasised_lut
from pie_desktop.imaging.lut.mixing import mix_luts


@dataclass(frozen=True, eq=False)
class Transform:
    """What the model says about one photo.

    Attributes:
        neutral: LUT of the enhancement for nobody in particular, float32 (S, S, S, 3), sRGB-encoded.
        preferred: LUT of the style's enhancement; the same as `neutral` without a style.
        expected_error: mean CIEDE2000 by which the result of `preferred` may be expected to miss the user's own edit;
            None without a style, or where the model does not know.
        blended: of the same photo in the style that this one is blended with; None without a blend.
        fit_error: mean CIEDE2000 between the result of `preferred` and the model's own picture, where a LUT stands in
            for it; None without a style, or where the model answers with LUTs.
    """

    neutral: np.ndarray
    preferred: np.ndarray
    expected_error: float | None = None
    blended: "Transform | None" = None
    fit_error: float | None = None

    @property
    def second(self) -> np.ndarray | None:
        """LUT of the enhancement in the second style of a blend; None without one."""
        return None if self.blended is None else self.blended.preferred

    @cached_property
    def emphasised(self) -> np.ndarray:
        """LUT of the style's enhancement at twice its strength; see `emphasised_lut`."""
        return emphasised_lut(self.neutral, self.preferred)

    def lut(self, edit: Edit) -> np.ndarray:
        """The LUT of an edit of this photo, float32 (S, S, S, 3), not clipped.

        The model's two LUTs are mixed by the strengths of tone and colour and by amount (see `mix_luts`), in a blend
        for each style by itself, and the two by the edit's mix; then the parts of the edit act on the colours in their
        order. The edit's styles are those that the transform was made for.
        """
        return adjusted(self._model_lut(edit.style), edit.parts)

    def exact(self, edit: Edit) -> AnyLut:
        """What a photo is written with: the same for all colours, not only those at the nodes.

        The LUT where the edit adjusts no colours; else an `ExactEdit`, which `edit.compiling.compiled` makes a LUT of.
        """
        colors = edit.colors
        if not colors.adjusted:
            return self.lut(colors)
        return ExactEdit(self._model_lut(edit.style), tuple(part for part in colors.parts if part != edit.style))

    def expected_error_of(self, style: StylePart) -> float | None:
        """That of the style, or of its blend, at full strength; None where it is not known."""
        other = self.blended.expected_error if self.blended is not None else None
        return blended_error(self.expected_error, other, self._share(style))

    def fit_error_of(self, style: StylePart) -> float | None:
        """That of the style, or of its blend, at full strength; None where LUTs are what the model answers with."""
        other = self.blended.fit_error if self.blended is not None else None
        return blended_error(self.fit_error, other, self._share(style))

    def _share(self, style: StylePart) -> float:
        """What counts of the second style."""
        return style.share if self.blended is not None else 0.0

    def _model_lut(self, style: StylePart) -> np.ndarray:
        if self.blended is not None and style.share == 1:
            return self.blended._model_lut(style)
        emphasised = self.emphasised if max(style.tone, style.color) > 1 else None
        own = mix_luts(self.neutral, self.preferred, style.tone, style.color, style.amount, emphasised)
        if self.blended is None or style.share == 0:
            return own
        return own + np.float32(style.share) * (self.blended._model_lut(style) - own)

    @staticmethod
    def mean(transforms: Sequence["Transform"]) -> "Transform":
        """The transform between those of several photos: the mean of their LUTs, node by node, and of their errors.

        Either all of them are of a blend, or none.
        """

        def mean(luts: Sequence[np.ndarray]) -> np.ndarray:
            total = reduce(np.add, luts, np.zeros(luts[0].shape, np.float64))
            return (total / len(luts)).astype(np.float32)

        def known(errors: Iterable[float | None]) -> float | None:
            there = [error for error in errors if error is not None]
            return sum(there) / len(there) if there else None

        blended = [one.blended for one in transforms if one.blended is not None]
        return Transform(
            mean([one.neutral for one in transforms]),
            mean([one.preferred for one in transforms]),
            known(one.expected_error for one in transforms),
            Transform.mean(blended) if blended else None,
            known(one.fit_error for one in transforms),
        )


def blended_error(first: float | None, second: float | None, share: float) -> float | None:
    """The error of a blend of two styles: the mean of theirs, weighed as the blend weighs the styles.

    Who wants this blend wants the mean of what they would make in each style. The result misses it by the mean of what
    it misses in each, which is no longer than the mean of the lengths: so this errs on the side of doubt.

    Args:
        first, second: of the styles, None where it is not known.
        share: of the second.
    """
    if share in (0, 1):
        return second if share else first
    return None if first is None or second is None else (1 - share) * first + share * second


@dataclass(frozen=True)
class Attribution:
    """How much of the enhancement is whose, as mean CIEDE2000 over the photo.

    Attributes:
        general: between the original and the neutral enhancement.
        preference: between that and the enhancement in the user's style.
    """

    general: float
    preference: float


def attribution(proxy: np.ndarray, transform: Transform, edit: Edit) -> Attribution:
    """Split the model's part of an edit into general enhancement and the user's preference.

    Args:
        proxy: (H, W, 3) uint8 or uint16, sRGB.
        transform: of this photo.
        edit: only its style, strengths and amount count: what is adjusted by hand is neither.
    """
    styled = edit.only(StylePart)
    neutral = apply_lut(proxy, transform.lut(styled.with_value(STRENGTH, 0.0)))
    result = apply_lut(proxy, transform.lut(styled))
    original_lab, neutral_lab, result_lab = map(difference.to_lab, (proxy, neutral, result))
    return Attribution(
        float(difference.delta_e_2000_lab(original_lab, neutral_lab).mean(dtype=np.float64)),
        float(difference.delta_e_2000_lab(neutral_lab, result_lab).mean(dtype=np.float64)),
    )

"""How a model is fine-tuned on a user's own pairs: defaults, ranges and presets.

The editor's form offers just these, and options and configurations of the training core are refused outside of these
ranges: all read this module, so that there is one place that knows them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class FineTuning:
    """How a model is fine-tuned, where nothing else is chosen.

    Attributes:
        epochs: passes over the pairs, where the length is given in these.
        most_steps: optimizer steps after which a run ends whether or not it still gains.
        patience: validations without a clear gain, one every 50 steps, after which it ends.
        references: the most reference images that the model sees per sample.
        encoder_lr: learning rate of the encoder; ten times lower, because it overfits first.
        enhancer_lr: learning rate of the enhancer.
        gram: weight of the Gram loss, see `training.losses`.
        tv: weight of the total-variation loss.
    """

    epochs: int = 100
    most_steps: int = 5000
    patience: int = 15
    references: int = 20
    encoder_lr: float = 1e-5
    enhancer_lr: float = 1e-4
    gram: float = 0.01
    tv: float = 0.01


FINE_TUNING = FineTuning()


@dataclass(frozen=True)
class Setting:
    """A number that a person may set.

    Attributes:
        key: its name on the command line, with underscores.
        label: for people.
        low, high: the range, both included.
        default: where nothing is chosen.
        whole: it is a whole number.
        help: what it does, in a sentence.
    """

    key: str
    label: str
    low: float
    high: float
    default: float
    whole: bool
    help: str

    def problem(self, value: float) -> str | None:
        """Why a value cannot be, as a sentence with the range; None for one that can."""
        if self.low <= value <= self.high and (not self.whole or value == int(value)):
            return None
        kind = "a whole number" if self.whole else "a number"
        return f"{self.label} must be {kind} from {self.low:g} to {self.high:,.10g}."

    def problem_of_part(self, value: float) -> str | None:
        """The same where a part of one counts as one, as for minutes on the command line."""
        return self.problem(math.ceil(value) if math.isfinite(value) else value)


SETTINGS: Mapping[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting("epochs", "Epochs", 1, 10_000, FINE_TUNING.epochs, True, "Passes over all pairs: the length, exactly."),
        Setting("minutes", "Minutes", 1, 14 * 24 * 60, 60, True, "The most time that training takes."),
        Setting(
            "references",
            "References",
            1,
            50,
            FINE_TUNING.references,
            True,
            "Each step shows the model from 1 up to so many of your edits.",
        ),
        Setting(
            "encoder_lr",
            "Encoder rate",
            0,
            0.1,
            FINE_TUNING.encoder_lr,
            False,
            "How fast the part that reads your edits learns; keep it low, since it overfits first.",
        ),
        Setting(
            "enhancer_lr",
            "Enhancer rate",
            0,
            0.1,
            FINE_TUNING.enhancer_lr,
            False,
            "How fast the part that retouches learns.",
        ),
        Setting(
            "gram",
            "Gram weight",
            0,
            10,
            FINE_TUNING.gram,
            False,
            "Weight of the loss that compares textures of colour.",
        ),
        Setting(
            "tv", "TV weight", 0, 10, FINE_TUNING.tv, False, "Weight of the loss that discourages noise and banding."
        ),
        Setting(
            "seed", "Seed", 0, 2**31 - 1, 0, True, "Of all that is drawn at random: the same seed gives the same model."
        ),
    )
}


@dataclass(frozen=True)
class Preset:
    """A choice of settings for people who do not want to choose them.

    Attributes:
        key: its name on the command line.
        label: for people.
        help: what it is for, in a sentence.
        minutes: the most time; None for as long as it gains.
        references: as in `FineTuning`.
    """

    key: str
    label: str
    help: str
    minutes: int | None
    references: int


PRESETS: Mapping[str, Preset] = {
    preset.key: preset
    for preset in (
        Preset("quick", "Quick", "Five minutes, to see whether it is worth more.", 5, 5),
        Preset("full", "Full", "As long as the photos held out gain.", None, FINE_TUNING.references),
    )
}

"""Defaults of a training run on a user's own pairs: what the editor's form offers and `training fit --pairs` does."""

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

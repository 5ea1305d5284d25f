"""The sizes of a network, as stored in `model.json`."""

from pydantic import BaseModel, ConfigDict


class Architecture(BaseModel):
    """Everything needed to build the network before its weights are loaded.

    Attributes:
        side: side of the square images that the trunk looks at, px.
        grid: side of the pixel grid that pairs are fitted on and losses are taken from, px.
        components: size K of the LUT basis.
        lut_size: nodes per axis of the LUTs.
        residual_size: nodes per axis of the free residual LUT that picks up what the basis cannot say.
        width: width of style tokens and of the preference vector.
        heads: attention heads.
        encoder_layers: self-attention layers over the references.
        decoder_layers: cross-attention layers from the photo to the references.
        dropout: of the colour statistics, while training.
        closed_form: correct the prediction by the pairs' normal equations; without it the network alone answers.
        attention: the photo reads from the references by attention; without it from their mean.
        content: look at the photo; without it every photo gets the same LUT. The three are for ablations.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int = 48
    grid: int = 24
    components: int = 128
    lut_size: int = 17
    residual_size: int = 9
    width: int = 192
    heads: int = 4
    encoder_layers: int = 2
    decoder_layers: int = 2
    dropout: float = 0.0
    closed_form: bool = True
    attention: bool = True
    content: bool = True

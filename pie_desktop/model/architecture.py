"""The sizes of a network, as stored in `model.json`."""

from pydantic import BaseModel, ConfigDict, Field, model_validator

_MOST_LUT_VALUES = 2**23  # of all components; 32 MB a channel


class Architecture(BaseModel):
    """Everything needed to build the network before its weights are loaded.

    The bounds are what a network may cost before anybody has seen whether its weights fit: a few hundred megabytes.

    Attributes:
        side: side of the square images that statistics are taken from, px; the trunk, which sees 48 px of them at most,
            halves it four times.
        grid: side of the pixel grid that pairs are fitted on and losses are taken from, px.
        components: size K of the LUT basis.
        lut_size: nodes per axis of the LUTs.
        residual_size: nodes per axis of the free residual LUT that picks up what the basis cannot say.
        width: width of style tokens and of the preference vector.
        heads: attention heads.
        encoder_layers: self-attention layers over the references.
        decoder_layers: cross-attention layers from the photo to the references.
        exposure: read how a photo is exposed (percentiles, clipping, edges, the subject), from picked pixels.
        adaptation: number of leading LUT weights in which what a user does may differ from photo to photo; 0 for none.
        expected_error: say how far a result may be off; see `pie_desktop.model.uncertainty`.
        dropout: of the colour statistics, while training.
        closed_form: correct the prediction by the pairs' normal equations; without it the network alone answers.
        attention: the photo reads from the references by attention; without it from their mean.
        content: look at the photo; without it every photo gets the same LUT. The three are for ablations.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    side: int = Field(48, ge=16, le=512, multiple_of=16)
    grid: int = Field(24, ge=4, le=256)
    components: int = Field(128, ge=1, le=1024)
    lut_size: int = Field(17, ge=2, le=65)
    residual_size: int = Field(9, ge=2, le=33)
    width: int = Field(192, ge=4, le=512)
    heads: int = Field(4, ge=1, le=64)
    encoder_layers: int = Field(2, ge=0, le=8)
    decoder_layers: int = Field(2, ge=0, le=8)
    exposure: bool = False
    adaptation: int = Field(0, ge=0, le=128)
    expected_error: bool = False
    dropout: float = Field(0.0, ge=0.0, lt=1.0)
    closed_form: bool = True
    attention: bool = True
    content: bool = True

    @model_validator(mode="after")
    def _affordable(self) -> "Architecture":
        if self.components * self.lut_size**3 > _MOST_LUT_VALUES:
            raise ValueError("components and lut_size make too large a LUT basis")
        if self.adaptation > self.components:
            raise ValueError("adaptation must not exceed components")
        if self.width % self.heads:
            raise ValueError("width must be a multiple of heads")
        return self

    @property
    def adapts(self) -> bool:
        """Whether preferences hold the habits of their users; see `pie_desktop.model.adaptation`."""
        return self.adaptation > 0 and self.closed_form

"""What is told of a recording that arrives: which contact, who is on which channel, the consent, its pauses."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, model_validator

from rapport.kit.errors import Invalid

MOST_PAUSES = 200
LONGEST_TOLD = 32 * 1024  # characters
PRINTABLE = r"^[^\x00-\x1f\x7f]*$"
DAY = 24 * 3600
Seconds = Annotated[float, Field(ge=0, le=DAY, allow_inf_nan=False)]


class PauseTold(BaseModel):
    """A span of a recording that was not to be recorded, in seconds from its start."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    start: Seconds = Field(alias="from")
    end: Seconds = Field(alias="to")
    by: str = Field(
        "", max_length=100, pattern=PRINTABLE, description="The rep's agent id; empty: the telephone system"
    )
    cause: Literal["card", "sensitive", "wish", "hold", "other"]

    @model_validator(mode="after")
    def _is_a_span(self) -> PauseTold:
        if round(self.end * 1000) <= round(self.start * 1000):
            raise ValueError("a pause ends after it starts")
        return self


class About(BaseModel):
    """What is told of a recording: ``contact`` is ours, ``call`` the telephone system's own id of the call."""

    model_config = ConfigDict(extra="forbid")
    contact: UUID | None = None
    call: str = Field("", max_length=95, pattern=PRINTABLE)
    channels: Literal["rep_customer", "customer_rep", "both"]
    consent: Literal["agreed", "announced", "contract", "law"]
    began_at: AwareDatetime | None = Field(None, description="Without it: when the call was answered")
    pauses: list[PauseTold] = Field(default_factory=list, max_length=MOST_PAUSES)
    sha256: str = Field("", pattern="^([0-9a-f]{64})?$", description="Of the file: it is checked")

    @model_validator(mode="after")
    def _names_a_contact(self) -> About:
        if (self.contact is None) == (not self.call):
            raise ValueError("name the contact, or the call by the telephone system's id, and not both")
        return self

    @property
    def spans(self) -> list[tuple[float, float]]:
        """The pauses, as seconds from the start."""
        return [(one.start, one.end) for one in self.pauses]


def read_about(text: str | bytes) -> About:
    """Return what is told as JSON; Invalid names each fault and its place."""
    if len(text) > LONGEST_TOLD:
        raise Invalid(f"What is told of a recording fits into {LONGEST_TOLD // 1024} KB.")
    try:
        return About.model_validate_json(text)
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, one['loc'])) or 'all'}: {one['msg']}" for one in error.errors()[:5]]
        raise Invalid(f"What is told of the recording cannot be used. {'; '.join(faults)}.") from error

"""Settings of the HubSpot connector (environment: LEADSYNC_HUBSPOT__...)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class HubSpotSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    access_token: SecretStr | None = Field(None, description="Token of a private app or a service key")
    client_id: str = Field("", description="OAuth: client id of your own app")
    client_secret: SecretStr | None = Field(None, description="OAuth: client secret")
    refresh_token: SecretStr | None = Field(
        None, description="OAuth: first refresh token; later ones are kept in the store"
    )
    base_url: str = Field("https://api.hubapi.com", description="Address of the API; http only on loopback")

    @property
    def configured(self) -> bool:
        """Whether there are credentials at all; without them the connector is off."""
        return bool(self.access_token or self.refresh_token)

"""Settings of the Salesforce connector (environment: LEADSYNC_SALESFORCE__...)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class SalesforceSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    login_url: str = Field("", description="My Domain address, e.g. https://example.my.salesforce.com")
    client_id: str = Field("", description="Consumer key of the external client app")
    client_secret: SecretStr | None = Field(None, description="Client credentials flow: consumer secret")
    username: str = Field("", description="JWT bearer flow: the integration user")
    private_key: SecretStr | None = Field(None, description="JWT bearer flow: PEM private key (RS256)")
    jwt_audience: str = Field(
        "",
        description="JWT bearer flow: audience; empty: test.salesforce.com for sandbox hosts, LOGIN_URL on loopback, "
        "else login.salesforce.com",
    )
    api_version: str = Field("66.0", description="REST API version", pattern=r"^\d{2}\.0$")
    connector_users: tuple[str, ...] = Field(
        (), description="User names or ids that other integrations write as; their activities are copies"
    )
    bulk_read_rows: int = Field(
        10_000, ge=2_000, description="A first load of an object above this many rows goes through Bulk API 2.0"
    )
    bulk_write_rows: int = Field(
        5_000, ge=200, description="More score updates of an object than this go through Bulk API 2.0"
    )

    @property
    def configured(self) -> bool:
        """Whether there are credentials at all; without them the connector is off."""
        return bool(self.client_id)

"""A HubSpot account on loopback: `SandboxServer(HubSpotSandbox())`."""

from connectors.sandbox.hubspot.app import HubSpotSandbox
from connectors.sandbox.hubspot.auth import ALL_SCOPES, OAuthApp
from connectors.sandbox.hubspot.pipelines import Pipeline, Stage
from connectors.sandbox.hubspot.store import StoredObject

__all__ = ["ALL_SCOPES", "HubSpotSandbox", "OAuthApp", "Pipeline", "Stage", "StoredObject"]

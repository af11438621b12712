"""Connectors by name. A third CRM is one folder and one line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.hubspot.connector import HubSpotConnector
from connectors.salesforce.connector import SalesforceConnector
from sync.core.records import HUBSPOT, SALESFORCE
from sync.ports import Connector, ConnectorContext

# In the order in which they are pulled.
FACTORIES: dict[str, Callable[[Any, ConnectorContext], Connector]] = {
    SALESFORCE: SalesforceConnector,
    HUBSPOT: HubSpotConnector,
}


def build(system: str, settings: Any, context: ConnectorContext) -> Connector:
    """`settings` is the connector's own settings object."""
    return FACTORIES[system](settings, context)

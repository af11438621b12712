"""A Salesforce org on loopback: REST, composite, collections, Bulk API 2.0, Tooling, permissions, limits."""

from connectors.sandbox.salesforce.app import SalesforceSandbox

__all__ = ["SalesforceSandbox"]

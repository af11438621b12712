"""SOQL: text -> tokens -> syntax -> closures over rows -> records as the API sends them."""

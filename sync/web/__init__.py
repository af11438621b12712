"""The status page and what machines ask: /healthz, /readyz, /metrics."""

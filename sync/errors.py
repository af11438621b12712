"""Every error the service knows; the type says how the daemon reacts.

LeadsyncError
+-- ConfigError            refuse to start: an admin has to change a setting or a file (exit code 2)
|   +-- AccountMismatch    refuse to start: this store belongs to another portal or org
+-- VendorError            something a CRM answered, or did not answer
|   +-- TemporaryFailure   retry later: network, 5xx, HTML where JSON was due
|   +-- QuotaReached       wait until `until`
|   +-- AccessRefused      stop this connector, alert once: credentials are refused (exit code 3)
|   +-- FeatureMissing     skip this stream, alert once: scope, licence or object not granted
|   +-- CallRefused        this call will never succeed as it is: bad request, missing right (exit code 3)
|   +-- UnexpectedAnswer   fail loudly and keep the cursor: the answer breaks the vendor's contract
+-- StoreError             the database refused; nothing of the step was kept
+-- EngineError            the matching process died or refused; what it was given waits for the next cycle
+-- Stopped                an orderly stop was asked for; the step in hand is complete

Texts name what to do next. They never hold tokens, headers, payloads or personal data.
"""

from __future__ import annotations

from sync.core.text import Text


class LeadsyncError(Exception):
    """Base of all errors; `text` speaks both languages."""

    def __init__(self, text: Text | str) -> None:
        self.text = text if isinstance(text, Text) else Text(en=text, ja=text)
        super().__init__(self.text.en)


class ConfigError(LeadsyncError):
    """An admin has to change a setting or a file before the service can start."""


class AccountMismatch(ConfigError):
    """The store holds the data of another portal or org than the credentials open."""


class VendorError(LeadsyncError):
    """A CRM answered badly. `code` is the vendor's own error code, `request_id` its trace id."""

    def __init__(
        self,
        text: Text | str,
        *,
        system: str,
        operation: str = "",
        status: int = 0,
        code: str = "",
        request_id: str = "",
    ) -> None:
        super().__init__(text)
        self.system = system
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id


class TemporaryFailure(VendorError):
    """Worth another try later; `sent` tells whether the request may have reached the vendor."""

    def __init__(self, text: Text | str, *, sent: bool = True, **where: object) -> None:
        super().__init__(text, **where)  # type: ignore[arg-type]
        self.sent = sent


class QuotaReached(VendorError):
    """The account's or our own share of calls is used up until `until` (epoch seconds, UTC)."""

    def __init__(self, text: Text | str, *, until: int, **where: object) -> None:
        super().__init__(text, **where)  # type: ignore[arg-type]
        self.until = until


class AccessRefused(VendorError):
    """The credentials are refused; only a person can mend that."""


class FeatureMissing(VendorError):
    """The account lacks a scope, product or object; `needs` names it."""

    def __init__(self, text: Text | str, *, needs: str, **where: object) -> None:
        super().__init__(text, **where)  # type: ignore[arg-type]
        self.needs = needs


class CallRefused(VendorError):
    """The vendor understood and refused; repeating the same call cannot help."""


class UnexpectedAnswer(VendorError):
    """The answer does not have the documented shape; nothing of it was used."""


class StoreError(LeadsyncError):
    """The database refused; the transaction was rolled back."""


class EngineError(LeadsyncError):
    """The child process that weighs or scores could not do its work; nothing of the batch was kept."""


class Stopped(LeadsyncError):
    """An orderly stop was asked for."""

    def __init__(self) -> None:
        super().__init__(Text(en="stopped on request", ja="要求により停止しました"))

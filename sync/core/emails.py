"""E-mail addresses as keys: one spelling for one mailbox, and which mailboxes belong to no single person."""

from __future__ import annotations

import re
import unicodedata

_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_ROLES = frozenset(
    """
    abuse accounting accounts admin all apply billing bounce business ceo-office company contact contactus customer
    customercare cs desk dev enquiries enquiry finance general hello help helpdesk hr info information inquiry
    jinji jobs keiri kanri legal mail main marketing media news newsletter noreply no-reply office order orders
    otoiawase toiawase partner partners post postmaster pr press privacy purchase purchasing recruit recruiting
    reception root saiyo sales security service shop soumu somu staff support system team tech toi uketsuke web
    webinfo webmaster eigyo eigyobu koho kouhou kaihatsu gyomu honsha
    """.split()
)
_LONGEST = 320  # 64 before the @, 255 after it
_NUMBERED = re.compile(r"[\d._-]+$")


def normalise(address: str) -> str:
    """One spelling per mailbox: NFKC (full-width forms), lower case, no plus tag, no dots in Gmail names, no
    invisible characters.

    Returns "" when the text is no address. Lenient on purpose: Japanese carriers issue addresses with
    double or trailing dots.
    """
    text = unicodedata.normalize("NFKC", address).strip().strip("<>").lower()
    if len(text) > _LONGEST:
        return ""
    if not text.isprintable() or " " in text:
        if any(c.isspace() for c in text):
            return ""
        text = "".join(c for c in text if c.isprintable())
    local, _, domain = text.rpartition("@")
    domain = domain.rstrip(".")
    if not local or "." not in domain:
        return ""
    local = local.split("+", 1)[0] or local
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def domain_of(address: str) -> str:
    """The domain of an address, or "" when it is none."""
    return normalise(address).partition("@")[2]


def is_role_mailbox(normalised: str) -> bool:
    """Whether a mailbox is read by a team (info@, sales2@, ...), so that it identifies nobody."""
    local = normalised.partition("@")[0]
    return local in _ROLES or _NUMBERED.sub("", local) in _ROLES

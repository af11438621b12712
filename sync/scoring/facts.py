"""What is known about one person when a score is computed: attributes after survivorship, and own acts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """Something the person did. `kind` is a value of `core.activity.Kind`, `at` UTC epoch seconds."""

    id: str  # evidence reference such as "hubspot:page_view:123"
    kind: str
    at: int
    url: str = ""
    title: str = ""  # page title or subject
    content_id: str = ""  # form guid, campaign id, marketing e-mail id
    content_name: str = ""  # campaign or form name
    content_type: str = ""  # campaign type
    status: str = ""  # campaign member status, the vendor's word
    responded: bool = False
    seq: int = 0  # the store's number: puts acts of one second in order, the same in every engine


@dataclass(frozen=True, slots=True)
class Facts:
    """One person. Texts are "" and `employees` is None when unknown; `acts` come in any order.

    Deals are those of the person or of her account in either CRM.
    """

    person_key: str
    title: str
    department: str
    company_name: str
    industry: str
    employees: int | None
    country: str
    region: str
    email_domains: tuple[str, ...]
    opted_out: bool
    source: str
    status: str
    first_known_at: int
    acts: tuple[Act, ...]
    city: str = ""
    customer: bool = False  # has a won deal
    open_deal: bool = False
    lost_at: int | None = None  # when the last lost deal was closed
    recycled_at: int | None = None  # sent back to nurture by an order: hot again only with a later act

"""The lists that salespeople work from inside the CRMs: one table, from which HubSpot's active lists, Salesforce's list
views and their deployable sources are derived."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sync.core.fields import BY_NAME, Field
from sync.core.text import Text

# Whoever came back is told by the beginning of `top_reason`: no field of its own says so.
REACTIVATED = Text("Reactivated:", "再活性化:")


class Comparison(StrEnum):
    ANY_OF = "any_of"
    AT_LEAST = "at_least"  # one whole number
    BEGINS_WITH = "begins_with"  # any of the values
    KNOWN = "known"  # has a value; `values` is empty


@dataclass(frozen=True, slots=True)
class Condition:
    """`field` is a logical name of `core.fields`."""

    field: str
    comparison: Comparison
    values: tuple[str, ...] = ()

    @property
    def own(self) -> Field:
        return BY_NAME[self.field]


@dataclass(frozen=True, slots=True)
class WorkingList:
    """Whoever meets all conditions of one of `groups` is on it. `id` is part of the Salesforce API name."""

    id: str
    name: Text  # at most 40 characters: Salesforce takes no more
    groups: tuple[tuple[Condition, ...], ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """Logical names of the fields that it filters on."""
        return tuple(dict.fromkeys(condition.field for group in self.groups for condition in group))

    @property
    def salesforce_name(self) -> str:
        return f"Leadsync_{self.id}"


def _is(field: str, *values: str) -> Condition:
    return Condition(field, Comparison.ANY_OF, values)


WORKING_LISTS: tuple[WorkingList, ...] = (
    WorkingList("Hot", Text("Leadsync: Hot", "Leadsync: ホット"), ((_is("band", "hot"),),)),
    WorkingList(
        "Sla_At_Risk",
        Text("Leadsync: SLA at risk", "Leadsync: 対応期限 間近・超過"),
        ((_is("sla_state", "warning", "breached"),),),
    ),
    WorkingList(
        "Stale",
        Text("Leadsync: Stale", "Leadsync: 塩漬け"),
        (
            (_is("band", "hot"), _is("sla_state", "breached")),
            (_is("band", "dormant"), Condition("score", Comparison.AT_LEAST, ("50",))),
        ),
    ),
    WorkingList(
        "Reactivated",
        Text("Leadsync: Reactivated", "Leadsync: 再活性化"),
        # Both languages: texts written before LEADSYNC_LANGUAGE was changed stay until they differ.
        ((Condition("top_reason", Comparison.BEGINS_WITH, (REACTIVATED.ja, REACTIVATED.en)),),),
    ),
    WorkingList(
        "Nurture",
        Text("Leadsync: Nurture, interest known", "Leadsync: 育成(関心あり)"),
        ((_is("band", "nurture"), Condition("interest", Comparison.KNOWN)),),
    ),
)

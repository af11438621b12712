"""Key statistics of a whole list: mailboxes and numbers that belong to no single person."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

import pyarrow as pa
import pyarrow.compute as pc

from sync.identity.engine import duck
from sync.identity.engine.columns import FEATURES
from sync.identity.features import Features
from sync.identity.shared import FEWEST_NAMES_ON_A_SHARED_MAILBOX, MOST_RECORDS_ON_A_NUMBER, Shared, shared_mailbox

_NAME = ("fam", "giv", "nm", "ini", "kj", "kfam")

# Only mailboxes under more than one spelling are looked at name by name.
_BEARERS = f"""
    with borne as (
        select distinct unnest(emails) as mailbox, em, free, {", ".join(_NAME)} from features
        where fam <> '' or giv <> '' or kj <> ''
    )
    select mailbox, em, free, {", ".join(_NAME)} from borne where mailbox in (
        select mailbox from borne group by mailbox
        having count(distinct case when nm <> '' then nm else concat_ws('|', kj, fam, giv) end)
            >= {FEWEST_NAMES_ON_A_SHARED_MAILBOX}
    ) order by mailbox"""
_MAIN_NUMBERS = f"""
    select number from (select id, unnest(phones) as number from features)
    group by number having count(distinct id) > {MOST_RECORDS_ON_A_NUMBER}"""


def shared_keys(features: pa.Table, resources: duck.Resources) -> Shared:
    """What `FEATURES` of all records tell about their mailboxes and numbers."""
    connection = duck.connect(resources)
    try:
        with duck.viewed(connection, "features", features):
            bearers = connection.sql(_BEARERS).to_arrow_table()
            numbers = connection.sql(_MAIN_NUMBERS).to_arrow_table()
    finally:
        connection.close()
    return Shared(frozenset(_shared(bearers)), frozenset(numbers.column(0).to_pylist()))


def with_roles(features: pa.Table, shared: Shared) -> pa.Table:
    """The features with `role` set wherever the main mailbox turned out to be shared."""
    if not shared.mailboxes:
        return features
    mailboxes = pa.array(sorted(shared.mailboxes), pa.string())
    role = pc.or_(features["role"], pc.is_in(features["em"], value_set=mailboxes))
    return features.set_column(features.schema.get_field_index("role"), FEATURES.field("role"), role)


def _shared(bearers: pa.Table) -> Iterator[str]:
    columns = bearers.column_names
    rows = zip(*(bearers[name].to_pylist() for name in columns), strict=True)
    for mailbox, borne in groupby(rows, itemgetter(0)):
        known = (dict(zip(columns[1:], row[1:], strict=True)) for row in borne)
        if shared_mailbox(Features(0, emails=(mailbox,), **fields) for fields in known):
            yield mailbox

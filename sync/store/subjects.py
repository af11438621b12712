"""What acts are about, each content once: activities point to it, and so do acts.

An activity names its form or campaign by id. What it is called is learnt later and changes, so an activity's subject
bears no name; acts point to the one that does (`named_id`). A subject never changes: past acts keep the name they had.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, insert, select, update

from sync.core.activity import is_own_act
from sync.core.records import ActivityRecord, CampaignRecord, RecordKey
from sync.scoring.content import without_query
from sync.store import rows
from sync.store import tables as t

_CONTENT = {"campaign_member": "campaign"}  # an activity's object -> the object of its content
_FIELDS = (
    "kind", "url", "title", "status", "responded", "content_system", "content_object", "content_id", "content_name",
    "content_type",
)  # fmt: skip


class SubjectsSide:
    connection: Connection
    flag: Callable[..., None]

    def subjects_of(self, activities: Sequence[ActivityRecord]) -> list[int | None]:
        """What each of them is about; None for what is not its person's own act."""
        own = [is_own_act(activity.kind, activity.direction) for activity in activities]
        contents = [_content(activity) for activity, mine in zip(activities, own, strict=True) if mine]
        digests = [rows.digest(content) for content in contents]
        numbers = self._numbered(dict(zip(digests, contents, strict=True)))
        found = iter(digests)
        return [numbers[next(found)] if mine else None for mine in own]

    def to_score_by(self, subjects: Collection[int]) -> dict[int, int]:
        """Subject -> the one that bears its content's name, of those that have one."""
        c = t.subjects.c
        found: dict[int, int] = {}
        for piece in rows.chunks(subjects):
            query = select(c.id, c.named_id).where(c.id.in_(piece), c.named_id.is_not(None))
            found |= {row.id: row.named_id for row in self.connection.execute(query)}
        return found

    def name_content(self, campaigns: Sequence[CampaignRecord]) -> None:
        """What these are called now. Who has an act about them is due, unless nobody has looked at it yet."""
        named = {campaign.key: campaign for campaign in campaigns}
        about = [row for where in _about(named) for row in self.connection.execute(select(t.subjects).where(where))]
        self._name([row for row in about if not (row.content_name or row.content_type)], named)
        acts = t.acts.c
        for piece in rows.chunks(row.id for row in about):
            found = self.connection.scalars(select(acts.person_id).where(acts.subject_id.in_(piece)).distinct())
            self.flag(found.all(), acts=True)

    def _numbered(self, contents: Mapping[str, dict[str, Any]]) -> dict[str, int]:
        """Digest -> number, of those that are new a new one."""
        numbers = self._known(contents)
        fresh = {digest: content for digest, content in contents.items() if digest not in numbers}
        if not fresh:
            return numbers
        self.connection.execute(insert(t.subjects), [{**c, "digest": digest} for digest, c in fresh.items()])
        made = self._known(fresh)
        self._name_new([{**content, "id": made[digest]} for digest, content in fresh.items()])
        return numbers | made

    def _known(self, digests: Iterable[str]) -> dict[str, int]:
        c = t.subjects.c
        found: dict[str, int] = {}
        for piece in rows.chunks(digests):
            query = select(c.digest, c.id).where(c.digest.in_(piece))
            found |= {row.digest: row.id for row in self.connection.execute(query)}
        return found

    def _name_new(self, subjects: Iterable[Mapping[str, Any]]) -> None:
        asked = [subject for subject in subjects if subject["content_id"] and not subject["content_name"]]
        keys = {_content_key(subject) for subject in asked}
        named: dict[RecordKey, CampaignRecord] = {}
        c = t.campaigns.c
        for where in rows.matching(t.campaigns, keys):
            query = select(c.system, c.object, c.vendor_id, c.name, c.type).where(where)
            for row in self.connection.execute(query):
                key = RecordKey(row.system, row.object, row.vendor_id)
                named[key] = CampaignRecord(key, 0, name=row.name, type=row.type)
        self._name([subject for subject in asked if _content_key(subject) in named], named)

    def _name(self, subjects: Iterable[Any], named: Mapping[RecordKey, CampaignRecord]) -> None:
        """Makes the subjects that bear the names, and points to them."""
        wanted: dict[int, tuple[str, dict[str, Any]]] = {}
        for subject in subjects:
            values = dict(subject) if isinstance(subject, dict) else dict(subject._mapping)
            campaign = named[_content_key(values)]
            name, type_ = rows.storable_text(campaign.name), rows.storable_text(campaign.type)
            content = {field: values[field] for field in _FIELDS} | {"content_name": name, "content_type": type_}
            wanted[values["id"]] = rows.digest(content), content
        numbers = self._numbered(dict(wanted.values()))
        if wanted:
            point = update(t.subjects).where(t.subjects.c.id == bindparam("row")).values(named_id=bindparam("named"))
            told = [{"row": id, "named": numbers[digest]} for id, (digest, _) in sorted(wanted.items())]
            self.connection.execute(point, told)


def _content(activity: ActivityRecord) -> dict[str, Any]:
    key = activity.key
    has_content = bool(activity.content_id)
    return rows.storable(
        {
            "kind": activity.kind,
            "url": without_query(activity.url),
            "title": activity.title,
            "status": activity.status,
            "responded": activity.responded,
            "content_system": key.system if has_content else "",
            "content_object": _CONTENT.get(key.object, "form") if has_content else "",
            "content_id": activity.content_id,
            "content_name": "",
            "content_type": "",
        }
    )


def _content_key(subject: Mapping[str, Any]) -> RecordKey:
    return RecordKey(subject["content_system"], subject["content_object"], subject["content_id"])


def _about(keys: Iterable[RecordKey]) -> Iterable[Any]:
    """Conditions that find the subjects of these contents."""
    c = t.subjects.c
    by_kind: dict[tuple[str, str], list[str]] = {}
    for key in sorted(keys):
        by_kind.setdefault((key.system, key.object), []).append(key.id)
    for (system, object), ids in by_kind.items():
        for piece in rows.chunks(ids):
            yield and_(c.content_system == system, c.content_object == object, c.content_id.in_(piece))

"""Task and Event; custom fields of both are defined on Activity."""

from __future__ import annotations

from connectors.sandbox.salesforce.catalog.building import standard

CLOSED_STATUSES = frozenset({"Completed"})

_TASK = """
WhoId reference(Contact|Lead) as=Who children=Tasks label=Name_ID
WhatId reference(Account|Opportunity|Campaign) as=What children=Tasks label=Related_To_ID
WhoCount int readonly
WhatCount int readonly
Subject string(255)
ActivityDate date label=Due_Date_Only
Status picklist(Not Started|In Progress|Completed|Waiting on someone else|Deferred) default=Not_Started
Priority picklist(High|Normal|Low) default=Normal
IsHighPriority boolean system
OwnerId reference(Group|User) default= as=Owner label=Assigned_To_ID
Description textarea(32000)
Type picklist(Call|Meeting|Other)
AccountId reference(Account) readonly as=Account
IsClosed boolean system label=Closed
IsArchived boolean system label=Archived
CallDurationInSeconds int
CallType picklist(Internal|Inbound|Outbound) restricted
CallDisposition string(255)
CallObject string(255)
ReminderDateTime datetime
IsReminderSet boolean default=false
TaskSubtype picklist(Task|Email|ListEmail|Cadence|Call|LinkedIn) restricted create default=Task
CompletedDateTime datetime readonly
"""

_EVENT = """
WhoId reference(Contact|Lead) as=Who children=Events label=Name_ID
WhatId reference(Account|Opportunity|Campaign) as=What children=Events label=Related_To_ID
WhoCount int readonly
WhatCount int readonly
Subject string(255)
Location string(255)
IsAllDayEvent boolean default=false
ActivityDateTime datetime
ActivityDate date
DurationInMinutes int
StartDateTime datetime
EndDateTime datetime
EndDate date readonly
Description textarea(32000)
AccountId reference(Account) readonly as=Account
OwnerId reference(User) default= as=Owner label=Assigned_To_ID
Type picklist(Email|Meeting|Other|Call)
IsPrivate boolean default=false
ShowAs picklist(Busy|OutOfOffice|Free) restricted default=Busy
IsChild boolean system
IsGroupEvent boolean system
GroupEventType picklist(0|1|2|3) readonly restricted
IsArchived boolean system label=Archived
ReminderDateTime datetime
IsReminderSet boolean default=false
EventSubtype picklist(Event) restricted create default=Event
"""

ACTIVITIES = (
    standard("Task", "00T", _TASK),
    standard("Event", "00U", _EVENT),
)

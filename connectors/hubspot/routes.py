"""Every path the connector calls, in one place: HubSpot dates its API versions, and v3 and v4 have an end.

Names double as the `endpoint` label of the call meter, so ids appear as placeholders.
"""

from __future__ import annotations

OBJECTS = "/crm/v3/objects/{type}"
SEARCH = "/crm/v3/objects/{type}/search"
MERGE = "/crm/v3/objects/{type}/merge"
BATCH_READ = "/crm/v3/objects/{type}/batch/read"
BATCH_UPDATE = "/crm/v3/objects/{type}/batch/update"
BATCH_CREATE = "/crm/v3/objects/{type}/batch/create"
ASSOCIATIONS_BATCH = "/crm/v4/associations/{type}/{to}/batch/read"
ASSOCIATIONS_OF_ONE = "/crm/v4/objects/{type}/{id}/associations/{to}"
PROPERTIES = "/crm/v3/properties/{type}"
PROPERTY = "/crm/v3/properties/{type}/{name}"
PROPERTIES_BATCH_CREATE = "/crm/v3/properties/{type}/batch/create"
PROPERTIES_BATCH_ARCHIVE = "/crm/v3/properties/{type}/batch/archive"
PROPERTY_GROUPS = "/crm/v3/properties/{type}/groups"
PROPERTY_GROUP = "/crm/v3/properties/{type}/groups/{name}"
OWNERS = "/crm/v3/owners"
PIPELINES = "/crm/v3/pipelines/{type}"
LISTS = "/crm/v3/lists"
LISTS_SEARCH = "/crm/v3/lists/search"
LIST = "/crm/v3/lists/{id}"
FORMS = "/marketing/v3/forms"
FORM_SUBMISSIONS = "/form-integrations/v1/submissions/forms/{id}"
EMAIL_EVENTS = "/email/public/v1/events"
EVENTS = "/events/v3/events"
ACCOUNT = "/account-info/v3/details"
API_USAGE = "/account-info/v3/api-usage/daily/private-apps"
TOKEN = "/oauth/v1/token"

# Vendor limits on one call.
LIST_PAGE = 100
SEARCH_PAGE = 200
BATCH = 100
ASSOCIATION_INPUTS = 1_000
OWNERS_PAGE = 500
SUBMISSIONS_PAGE = 50
EMAIL_EVENTS_PAGE = 1_000
EVENTS_PAGE = 100
FORMS_PAGE = 100
LISTS_PAGE = 500

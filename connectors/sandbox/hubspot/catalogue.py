"""The properties that every account has, by object type. Only those that matter to reading, matching, scoring
and follow-up are listed; the real account has several hundred more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.sandbox.hubspot.definitions import Definition, Definitions, Group, Option

_FIELD_TYPES = {
    "string": "text",
    "number": "number",
    "date": "date",
    "datetime": "date",
    "enumeration": "select",
    "bool": "booleancheckbox",
    "phone_number": "phonenumber",
}

LIFECYCLE_STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
_ANALYTICS_SOURCES = (
    "ORGANIC_SEARCH PAID_SEARCH EMAIL_MARKETING SOCIAL_MEDIA REFERRALS OTHER_CAMPAIGNS DIRECT_TRAFFIC OFFLINE "
    "PAID_SOCIAL AI_REFERRALS"
)
_INDUSTRIES = (
    "ACCOUNTING AIRLINES_AVIATION ALTERNATIVE_DISPUTE_RESOLUTION ALTERNATIVE_MEDICINE ANIMATION APPAREL_FASHION "
    "ARCHITECTURE_PLANNING ARTS_AND_CRAFTS AUTOMOTIVE AVIATION_AEROSPACE BANKING BIOTECHNOLOGY BROADCAST_MEDIA "
    "BUILDING_MATERIALS BUSINESS_SUPPLIES_AND_EQUIPMENT CAPITAL_MARKETS CHEMICALS CIVIC_SOCIAL_ORGANIZATION "
    "CIVIL_ENGINEERING COMMERCIAL_REAL_ESTATE COMPUTER_NETWORK_SECURITY COMPUTER_GAMES COMPUTER_HARDWARE "
    "COMPUTER_NETWORKING COMPUTER_SOFTWARE INTERNET CONSTRUCTION CONSUMER_ELECTRONICS CONSUMER_GOODS "
    "CONSUMER_SERVICES COSMETICS DAIRY DEFENSE_SPACE DESIGN EDUCATION_MANAGEMENT E_LEARNING "
    "ELECTRICAL_ELECTRONIC_MANUFACTURING ENTERTAINMENT ENVIRONMENTAL_SERVICES EVENTS_SERVICES EXECUTIVE_OFFICE "
    "FACILITIES_SERVICES FARMING FINANCIAL_SERVICES FINE_ART FISHERY FOOD_BEVERAGES FOOD_PRODUCTION FUND_RAISING "
    "FURNITURE GAMBLING_CASINOS GLASS_CERAMICS_CONCRETE GOVERNMENT_ADMINISTRATION GOVERNMENT_RELATIONS "
    "GRAPHIC_DESIGN HEALTH_WELLNESS_AND_FITNESS HIGHER_EDUCATION HOSPITAL_HEALTH_CARE HOSPITALITY HUMAN_RESOURCES "
    "IMPORT_AND_EXPORT INDIVIDUAL_FAMILY_SERVICES INDUSTRIAL_AUTOMATION INFORMATION_SERVICES "
    "INFORMATION_TECHNOLOGY_AND_SERVICES INSURANCE INTERNATIONAL_AFFAIRS INTERNATIONAL_TRADE_AND_DEVELOPMENT "
    "INVESTMENT_BANKING INVESTMENT_MANAGEMENT JUDICIARY LAW_ENFORCEMENT LAW_PRACTICE LEGAL_SERVICES "
    "LEGISLATIVE_OFFICE LEISURE_TRAVEL_TOURISM LIBRARIES LOGISTICS_AND_SUPPLY_CHAIN LUXURY_GOODS_JEWELRY MACHINERY "
    "MANAGEMENT_CONSULTING MARITIME MARKET_RESEARCH MARKETING_AND_ADVERTISING "
    "MECHANICAL_OR_INDUSTRIAL_ENGINEERING MEDIA_PRODUCTION MEDICAL_DEVICES MEDICAL_PRACTICE MENTAL_HEALTH_CARE "
    "MILITARY MINING_METALS MOTION_PICTURES_AND_FILM MUSEUMS_AND_INSTITUTIONS MUSIC NANOTECHNOLOGY NEWSPAPERS "
    "NON_PROFIT_ORGANIZATION_MANAGEMENT OIL_ENERGY ONLINE_MEDIA OUTSOURCING_OFFSHORING PACKAGE_FREIGHT_DELIVERY "
    "PACKAGING_AND_CONTAINERS PAPER_FOREST_PRODUCTS PERFORMING_ARTS PHARMACEUTICALS PHILANTHROPY PHOTOGRAPHY "
    "PLASTICS POLITICAL_ORGANIZATION PRIMARY_SECONDARY_EDUCATION PRINTING PROFESSIONAL_TRAINING_COACHING "
    "PROGRAM_DEVELOPMENT PUBLIC_POLICY PUBLIC_RELATIONS_AND_COMMUNICATIONS PUBLIC_SAFETY PUBLISHING "
    "RAILROAD_MANUFACTURE RANCHING REAL_ESTATE RECREATIONAL_FACILITIES_AND_SERVICES RELIGIOUS_INSTITUTIONS "
    "RENEWABLES_ENVIRONMENT RESEARCH RESTAURANTS RETAIL SECURITY_AND_INVESTIGATIONS SEMICONDUCTORS SHIPBUILDING "
    "SPORTING_GOODS SPORTS STAFFING_AND_RECRUITING SUPERMARKETS TELECOMMUNICATIONS TEXTILES THINK_TANKS TOBACCO "
    "TRANSLATION_AND_LOCALIZATION TRANSPORTATION_TRUCKING_RAILROAD UTILITIES VENTURE_CAPITAL_PRIVATE_EQUITY "
    "VETERINARY WAREHOUSING WHOLESALE WINE_AND_SPIRITS WIRELESS WRITING_AND_EDITING MOBILE_GAMES"
)
_OPTIONS = {
    "lifecyclestage": " ".join(LIFECYCLE_STAGES),
    "hs_lead_status": "NEW OPEN IN_PROGRESS OPEN_DEAL UNQUALIFIED ATTEMPTED_TO_CONTACT CONNECTED BAD_TIMING",
    "hs_analytics_source": _ANALYTICS_SOURCES,
    "hs_latest_source": _ANALYTICS_SOURCES,
    "industry": _INDUSTRIES,
    "dealtype": "newbusiness existingbusiness",
    "hs_priority": "low medium high",
    "type": "PROSPECT PARTNER RESELLER VENDOR OTHER",
    "hs_task_status": "NOT_STARTED IN_PROGRESS WAITING DEFERRED COMPLETED",
    "hs_task_priority": "LOW MEDIUM HIGH NONE",
    "hs_task_type": "TODO CALL EMAIL",
    "hs_call_direction": "INBOUND OUTBOUND",
    "hs_call_status": "BUSY CALLING_CRM_USER CANCELED COMPLETED CONNECTING FAILED IN_PROGRESS MISSED NO_ANSWER QUEUED "
    "RINGING",
    "hs_email_direction": "EMAIL INCOMING_EMAIL FORWARDED_EMAIL",
    "hs_email_status": "BOUNCED FAILED SCHEDULED SENDING SENT",
    "hs_meeting_outcome": "SCHEDULED COMPLETED RESCHEDULED NO_SHOW CANCELED",
}

# (group, type, read-only, names)
_Row = tuple[str, str, bool, str]
_COMMON: tuple[_Row, ...] = (
    ("{object}information", "number", True, "hs_object_id hs_num_associated_contacts_total hs_updated_by_user_id"),
    ("{object}information", "string", True, "hs_merged_object_ids hs_object_source hs_object_source_label"),
    ("{object}information", "datetime", False, "hubspot_owner_assigneddate"),
    ("{object}information", "string", False, "hubspot_owner_id hubspot_team_id"),
)
_CONTACTS: tuple[_Row, ...] = (
    (
        "contactinformation",
        "string",
        False,
        "email hs_additional_emails firstname lastname salutation phone mobilephone fax "
        "hs_whatsapp_phone_number company jobtitle "
        "department hs_role hs_seniority job_function website address city state zip country hs_language "
        "industry numemployees annualrevenue message work_email hs_linkedin_url twitterhandle hs_persona "
        "associatedcompanyid hs_content_membership_notes",
    ),
    ("contactinformation", "enumeration", False, "lifecyclestage hs_lead_status"),
    (
        "contactinformation",
        "datetime",
        True,
        "createdate lastmodifieddate hs_lastmodifieddate first_conversion_date recent_conversion_date "
        "notes_last_contacted notes_last_updated notes_next_activity_date hs_last_sales_activity_timestamp "
        "hs_lifecyclestage_lead_date hs_lifecyclestage_customer_date first_deal_created_date",
    ),
    ("contactinformation", "datetime", False, "closedate"),
    (
        "contactinformation",
        "number",
        True,
        "num_conversion_events num_unique_conversion_events num_contacted_notes num_notes num_associated_deals "
        "hubspotscore",
    ),
    (
        "contactinformation",
        "string",
        True,
        "hs_calculated_merged_vids hs_email_domain recent_conversion_event_name first_conversion_event_name",
    ),
    ("contactinformation", "bool", True, "hs_is_unworked"),
    ("analyticsinformation", "enumeration", True, "hs_analytics_source hs_latest_source"),
    (
        "analyticsinformation",
        "string",
        True,
        "hs_analytics_source_data_1 hs_analytics_source_data_2 hs_analytics_first_url hs_analytics_last_url "
        "hs_analytics_first_referrer hs_analytics_last_referrer",
    ),
    (
        "analyticsinformation",
        "datetime",
        True,
        "hs_analytics_first_timestamp hs_analytics_last_timestamp hs_analytics_first_visit_timestamp "
        "hs_analytics_last_visit_timestamp hs_latest_source_timestamp",
    ),
    (
        "analyticsinformation",
        "number",
        True,
        "hs_analytics_num_page_views hs_analytics_num_visits hs_analytics_num_event_completions "
        "hs_analytics_average_page_views hs_analytics_revenue",
    ),
    (
        "emailinformation",
        "number",
        True,
        "hs_email_open hs_email_click hs_email_delivered hs_email_bounce hs_email_replied",
    ),
    (
        "emailinformation",
        "datetime",
        True,
        "hs_email_first_send_date hs_email_last_send_date hs_email_first_open_date hs_email_last_open_date "
        "hs_email_first_click_date hs_email_last_click_date hs_sales_email_last_replied "
        "hs_sales_email_last_opened hs_sales_email_last_clicked",
    ),
    ("emailinformation", "bool", True, "hs_email_optout hs_email_is_ineligible hs_email_quarantined"),
    ("emailinformation", "string", True, "hs_email_hard_bounce_reason_enum hs_email_last_email_name"),
    # Present when HubSpot's own Salesforce integration is installed, which is the usual case here.
    ("salesforceinformation", "string", False, "salesforceleadid salesforcecontactid salesforceaccountid"),
    ("salesforceinformation", "datetime", False, "salesforcelastsynctime"),
)
_COMPANIES: tuple[_Row, ...] = (
    (
        "companyinformation",
        "string",
        False,
        "name domain website phone address address2 city state zip country description linkedin_company_page "
        "founded_year timezone hs_additional_domains salesforceaccountid",
    ),
    ("companyinformation", "number", False, "numberofemployees annualrevenue"),
    ("companyinformation", "enumeration", False, "industry lifecyclestage hs_lead_status type"),
    (
        "companyinformation",
        "datetime",
        True,
        "createdate hs_lastmodifieddate notes_last_contacted notes_last_updated first_deal_created_date",
    ),
    ("companyinformation", "datetime", False, "closedate"),
    ("companyinformation", "number", True, "num_associated_contacts num_associated_deals num_notes"),
    ("companyinformation", "enumeration", True, "hs_analytics_source"),
    ("companyinformation", "string", False, "hs_parent_company_id"),
    ("companyinformation", "bool", False, "is_public"),
)
_DEALS: tuple[_Row, ...] = (
    (
        "dealinformation",
        "string",
        False,
        "dealname description deal_currency_code hs_next_step closed_lost_reason closed_won_reason pipeline "
        "dealstage hs_campaign",
    ),
    ("dealinformation", "number", False, "amount hs_tcv hs_acv"),
    ("dealinformation", "enumeration", False, "dealtype hs_priority"),
    ("dealinformation", "datetime", False, "closedate"),
    (
        "dealinformation",
        "datetime",
        True,
        "createdate hs_lastmodifieddate hs_date_entered_closedwon hs_date_entered_closedlost notes_last_contacted "
        "notes_last_updated hs_closed_won_date",
    ),
    (
        "dealinformation",
        "number",
        True,
        "amount_in_home_currency hs_deal_stage_probability num_associated_contacts days_to_close hs_closed_amount "
        "hs_projected_amount num_notes",
    ),
    ("dealinformation", "bool", True, "hs_is_closed hs_is_closed_won hs_is_closed_lost"),
    ("dealinformation", "enumeration", True, "hs_analytics_source"),
    ("dealinformation", "string", False, "hs_salesforceopportunityid"),
)
_ACTIVITY: tuple[_Row, ...] = (
    ("engagement", "datetime", False, "hs_timestamp"),
    ("engagement", "datetime", True, "hs_createdate hs_lastmodifieddate"),
    ("engagement", "string", False, "hs_attachment_ids hs_unique_id hs_activity_type"),
    ("engagement", "string", True, "hs_created_by hs_created_by_user_id hs_modified_by hs_engagement_source"),
)
_BY_TYPE: dict[str, tuple[_Row, ...]] = {
    "contacts": _CONTACTS,
    "companies": _COMPANIES,
    "deals": _DEALS,
    "notes": (
        *_ACTIVITY,
        ("engagement", "string", False, "hs_note_body"),
        ("engagement", "string", True, "hs_body_preview"),
    ),
    "meetings": (
        *_ACTIVITY,
        (
            "engagement",
            "string",
            False,
            "hs_meeting_title hs_meeting_body hs_internal_meeting_notes hs_meeting_external_url hs_meeting_location",
        ),
        ("engagement", "datetime", False, "hs_meeting_start_time hs_meeting_end_time"),
        ("engagement", "enumeration", False, "hs_meeting_outcome"),
        ("engagement", "string", True, "hs_meeting_source hs_body_preview"),
    ),
    "calls": (
        *_ACTIVITY,
        (
            "engagement",
            "string",
            False,
            "hs_call_title hs_call_body hs_call_from_number hs_call_to_number hs_call_disposition "
            "hs_call_recording_url hs_call_source hs_call_callee_object_id",
        ),
        ("engagement", "number", False, "hs_call_duration"),
        ("engagement", "enumeration", False, "hs_call_direction hs_call_status"),
        ("engagement", "string", True, "hs_body_preview"),
    ),
    "emails": (
        *_ACTIVITY,
        (
            "engagement",
            "string",
            False,
            "hs_email_subject hs_email_text hs_email_html hs_email_headers hs_email_message_id",
        ),
        ("engagement", "enumeration", False, "hs_email_direction hs_email_status"),
        (
            "engagement",
            "string",
            True,
            "hs_email_from_email hs_email_from_firstname hs_email_from_lastname hs_email_to_email "
            "hs_email_to_firstname hs_email_to_lastname hs_email_cc_email hs_email_thread_id hs_body_preview",
        ),
        ("engagement", "number", True, "hs_email_open_count hs_email_click_count hs_email_reply_count"),
    ),
    "tasks": (
        *_ACTIVITY,
        ("engagement", "string", False, "hs_task_subject hs_task_body hs_queue_membership_ids"),
        ("engagement", "enumeration", False, "hs_task_status hs_task_priority hs_task_type"),
        ("engagement", "datetime", False, "hs_task_completion_date hs_task_reminders"),
        ("engagement", "bool", True, "hs_task_is_completed hs_task_is_overdue"),
        ("engagement", "string", True, "hs_body_preview"),
    ),
}
_SINGULAR = {"contacts": "contact", "companies": "company", "deals": "deal"}


def standard_definitions(object_type: str) -> Definitions:
    """A fresh set of the definitions and groups that a new account has for this type."""
    definitions = Definitions()
    prefix = _SINGULAR.get(object_type, "")
    for row in (*_COMMON, *_BY_TYPE[object_type]):
        group = row[0].format(object=prefix) if prefix else "engagement"
        definitions.groups.setdefault(group, Group(group, group.capitalize(), standard=True))
        for definition in _definitions(object_type, group, row):
            definitions.add(definition)
    return definitions


def _definitions(object_type: str, group: str, row: _Row) -> Iterator[Definition]:
    _, kind, read_only, names = row
    for name in names.split():
        options = _options(_OPTIONS.get(name, "").split()) if kind == "enumeration" else ()
        unique = object_type == "contacts" and name == "email"
        yield Definition(
            name,
            kind,
            _FIELD_TYPES[kind],
            group,
            options=options,
            read_only=read_only,
            unique=unique,
            form_field=not read_only,
        )


def _options(values: Iterable[str]) -> tuple[Option, ...]:
    return tuple(Option(v, v.replace("_", " ").capitalize(), display_order=i) for i, v in enumerate(values))

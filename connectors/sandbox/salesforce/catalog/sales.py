"""Opportunities with their contacts, campaigns with their members."""

from __future__ import annotations

from connectors.sandbox.salesforce.catalog.building import standard

# Stage: closed, won, probability, forecast category.
STAGES: dict[str, tuple[bool, bool, float, str]] = {
    "Prospecting": (False, False, 10.0, "Pipeline"),
    "Qualification": (False, False, 10.0, "Pipeline"),
    "Needs Analysis": (False, False, 20.0, "Pipeline"),
    "Value Proposition": (False, False, 50.0, "Pipeline"),
    "Id. Decision Makers": (False, False, 60.0, "Pipeline"),
    "Perception Analysis": (False, False, 70.0, "Pipeline"),
    "Proposal/Price Quote": (False, False, 75.0, "Pipeline"),
    "Negotiation/Review": (False, False, 90.0, "Pipeline"),
    "Closed Won": (True, True, 100.0, "Closed"),
    "Closed Lost": (True, False, 0.0, "Omitted"),
}
RESPONDED = frozenset(
    {"Responded", "Registered", "Attended", "Downloaded", "申込", "申込済み", "参加", "出席", "出席済み", "返答あり"}
)

_OPPORTUNITY = f"""
AccountId reference(Account) as=Account children=Opportunities
IsPrivate boolean default=false label=Private
Name string(120) required
Description textarea(32000)
StageName picklist({"|".join(STAGES)}) required label=Stage
Amount currency(18,2)
Probability percent(3,0) label=Probability_(%)
ExpectedRevenue currency(18,2) readonly
TotalOpportunityQuantity double(18,2) label=Quantity
CloseDate date required
Type picklist(Existing Customer - Upgrade|Existing Customer - Replacement|Existing Customer - Downgrade|New Customer)
NextStep string(255)
LeadSource picklist(Web|Phone Inquiry|Partner Referral|Purchased List|Other)
IsClosed boolean system label=Closed
IsWon boolean system label=Won
ForecastCategory picklist(Omitted|Pipeline|BestCase|Forecast|Closed) readonly restricted
ForecastCategoryName picklist(Omitted|Pipeline|Best Case|Commit|Closed)
CampaignId reference(Campaign) as=Campaign children=Opportunities
HasOpportunityLineItem boolean system
OwnerId reference(User) default= as=Owner
ContactId reference(Contact) create
FiscalQuarter int readonly
FiscalYear int readonly
LastActivityDate date readonly label=Last_Activity
LastViewedDate datetime readonly
LastReferencedDate datetime readonly
LastStageChangeDate datetime readonly
HasOpenActivity boolean system
HasOverdueTask boolean system
"""

_ROLE = """
OpportunityId reference(Opportunity) required create as=Opportunity children=OpportunityContactRoles
ContactId reference(Contact) required as=Contact children=OpportunityContactRoles
Role picklist(Business User|Decision Maker|Economic Buyer|Economic Decision Maker|Evaluator|Executive Sponsor|Influencer|Technical Buyer|Other)
IsPrimary boolean default=false label=Primary
"""  # noqa: E501

_CAMPAIGN = """
Name string(80) required
ParentId reference(Campaign) as=Parent children=ChildCampaigns
Type picklist(Conference|Webinar|Trade Show|Public Relations|Partners|Referral Program|Advertisement|Banner Ads|Direct Mail|Email|Telemarketing|Other)
Status picklist(Planned|In Progress|Completed|Aborted) default=Planned
StartDate date
EndDate date
ExpectedRevenue currency(18,0)
BudgetedCost currency(18,0)
ActualCost currency(18,0)
ExpectedResponse percent(10,2)
NumberSent double(18,0)
IsActive boolean default=false label=Active
Description textarea(32000)
NumberOfLeads int readonly
NumberOfConvertedLeads int readonly
NumberOfContacts int readonly
NumberOfResponses int readonly
OwnerId reference(User) default= as=Owner
LastActivityDate date readonly label=Last_Activity
LastViewedDate datetime readonly
LastReferencedDate datetime readonly
"""  # noqa: E501

_MEMBER = """
CampaignId reference(Campaign) required create as=Campaign children=CampaignMembers
LeadId reference(Lead) create as=Lead children=CampaignMembers
ContactId reference(Contact) create as=Contact children=CampaignMembers
Status picklist(Sent|Responded) default=Sent
HasResponded boolean system label=Responded
FirstRespondedDate date readonly
Name string(121) readonly
FirstName string(40) readonly
LastName string(80) readonly
Email email readonly
CompanyOrAccount string(255) readonly
Type string(40) readonly
LeadOrContactId string(18) readonly
LeadOrContactOwnerId string(18) readonly
"""

SALES = (
    standard("Opportunity", "006", _OPPORTUNITY),
    standard("OpportunityContactRole", "00K", _ROLE, label="Opportunity Contact Role"),
    standard("Campaign", "701", _CAMPAIGN),
    standard("CampaignMember", "00v", _MEMBER, label="Campaign Member"),
)

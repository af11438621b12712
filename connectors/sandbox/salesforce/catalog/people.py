"""Lead, Contact and Account."""

from __future__ import annotations

from connectors.sandbox.salesforce.catalog.building import standard

_INDUSTRIES = (
    "Agriculture|Apparel|Banking|Biotechnology|Chemicals|Communications|Construction|Consulting|Education|"
    "Electronics|Energy|Engineering|Entertainment|Environmental|Finance|Food & Beverage|Government|Healthcare|"
    "Hospitality|Insurance|Machinery|Manufacturing|Media|Not For Profit|Recreation|Retail|Shipping|Technology|"
    "Telecommunications|Transportation|Utilities|Other"
)
_SOURCES = "Web|Phone Inquiry|Partner Referral|Purchased List|Other"
_RATINGS = "Hot|Warm|Cold"
_SALUTATIONS = "Mr.|Ms.|Mrs.|Dr.|Prof."


def _address(prefix: str) -> str:
    return f"""
{prefix}Street textarea(255)
{prefix}City string(40)
{prefix}State string(80)
{prefix}PostalCode string(20)
{prefix}Country string(80)
{prefix}Latitude double(18,15)
{prefix}Longitude double(18,15)
{prefix}GeocodeAccuracy picklist(Address|Street|City|State|Zip|Unknown) restricted
{prefix or ""}Address address readonly
"""


_LEAD = f"""
MasterRecordId reference(Lead) readonly as=MasterRecord label=Master_Record_ID
LastName string(80) required
FirstName string(40)
Salutation picklist({_SALUTATIONS})
Name string(121) system label=Full_Name
Title string(128)
Company string(255) required
{_address("")}
Phone phone
MobilePhone phone
Fax phone
Email email
Website url
PhotoUrl url readonly
Description textarea(32000)
LeadSource picklist({_SOURCES})
Status picklist(Open - Not Contacted|Working - Contacted|Closed - Converted|Closed - Not Converted) default=Open_-_Not_Contacted
Industry picklist({_INDUSTRIES})
Rating picklist({_RATINGS})
AnnualRevenue currency(18,0)
NumberOfEmployees int label=Employees
OwnerId reference(Group|User) default= as=Owner
HasOptedOutOfEmail boolean default=false label=Email_Opt_Out
DoNotCall boolean default=false
HasOptedOutOfFax boolean default=false
IsConverted boolean system label=Converted
ConvertedDate date readonly
ConvertedAccountId reference(Account) readonly as=ConvertedAccount
ConvertedContactId reference(Contact) readonly as=ConvertedContact
ConvertedOpportunityId reference(Opportunity) readonly as=ConvertedOpportunity
IsUnreadByOwner boolean default=false
LastActivityDate date readonly label=Last_Activity
LastViewedDate datetime readonly
LastReferencedDate datetime readonly
EmailBouncedReason string(255)
EmailBouncedDate datetime
Jigsaw string(20)
"""  # noqa: E501

_CONTACT = f"""
MasterRecordId reference(Contact) readonly as=MasterRecord label=Master_Record_ID
AccountId reference(Account) as=Account children=Contacts
LastName string(80) required
FirstName string(40)
Salutation picklist({_SALUTATIONS})
Name string(121) system label=Full_Name
{_address("Mailing")}
{_address("Other")}
Phone phone label=Business_Phone
Fax phone
MobilePhone phone
HomePhone phone
OtherPhone phone
AssistantPhone phone
ReportsToId reference(Contact) as=ReportsTo
Email email
Title string(128)
Department string(80)
AssistantName string(40)
LeadSource picklist({_SOURCES})
Birthdate date
Description textarea(32000)
OwnerId reference(User) default= as=Owner
HasOptedOutOfEmail boolean default=false label=Email_Opt_Out
DoNotCall boolean default=false
HasOptedOutOfFax boolean default=false
LastActivityDate date readonly label=Last_Activity
LastCURequestDate datetime readonly
LastCUUpdateDate datetime readonly
LastViewedDate datetime readonly
LastReferencedDate datetime readonly
EmailBouncedReason string(255)
EmailBouncedDate datetime
IsEmailBounced boolean system
PhotoUrl url readonly
Jigsaw string(20)
"""

_ACCOUNT = f"""
MasterRecordId reference(Account) readonly as=MasterRecord label=Master_Record_ID
Name string(255) required label=Account_Name
Type picklist(Prospect|Customer - Direct|Customer - Channel|Channel Partner / Reseller|Installation Partner|Technology Partner|Other)
ParentId reference(Account) as=Parent children=ChildAccounts
{_address("Billing")}
{_address("Shipping")}
Phone phone
Fax phone
AccountNumber string(40)
Website url
PhotoUrl url readonly
Sic string(20)
Industry picklist({_INDUSTRIES})
AnnualRevenue currency(18,0)
NumberOfEmployees int label=Employees
Ownership picklist(Public|Private|Subsidiary|Other)
TickerSymbol string(20)
Description textarea(32000)
Rating picklist({_RATINGS})
Site string(80)
OwnerId reference(User) default= as=Owner
LastActivityDate date readonly label=Last_Activity
LastViewedDate datetime readonly
LastReferencedDate datetime readonly
Jigsaw string(20)
AccountSource picklist({_SOURCES})
SicDesc string(80)
"""  # noqa: E501

PEOPLE = (
    standard("Lead", "00Q", _LEAD),
    standard("Contact", "003", _CONTACT),
    standard("Account", "001", _ACCOUNT),
)

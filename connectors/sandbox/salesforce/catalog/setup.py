"""Users, the organization, permission sets."""

from __future__ import annotations

from connectors.sandbox.salesforce.catalog.building import standard

_USER = """
Username string(80) required unique
LastName string(80) required
FirstName string(40)
Name string(121) system label=Full_Name
CompanyName string(80)
Division string(80)
Department string(80)
Title string(80)
Street textarea(255)
City string(40)
State string(80)
PostalCode string(20)
Country string(80)
Email email(128) required
Phone phone
MobilePhone phone
Alias string(8) required
IsActive boolean default=true label=Active
TimeZoneSidKey picklist(Asia/Tokyo|America/Los_Angeles|Europe/London|UTC) required restricted
LocaleSidKey picklist(ja_JP|en_US|en_GB) required restricted
EmailEncodingKey picklist(UTF-8) required restricted
LanguageLocaleKey picklist(ja|en_US) required restricted
UserType picklist(Standard|PowerPartner|Guest|AutomatedProcess|CloudIntegrationUser) readonly restricted
ProfileId reference(Profile) required as=Profile
UserRoleId string(18)
ManagerId reference(User) as=Manager
FederationIdentifier string(512)
LastLoginDate datetime readonly
"""

_GROUP = """
Name string(40) required
DeveloperName string(80)
Type picklist(Regular|Queue|Role|Organization) required restricted
Email email
"""

_PROFILE = """
Name string(255) required
UserType picklist(Standard|Guest) readonly restricted
Description string(255)
PermissionsApiEnabled boolean default=true
"""

_ORGANIZATION = """
Name string(80) required
Division string(80)
City string(40)
State string(80)
Country string(80)
Phone phone
PrimaryContact string(80)
DefaultLocaleSidKey picklist(ja_JP|en_US) restricted
LanguageLocaleKey picklist(ja|en_US) restricted
TimeZoneSidKey picklist(Asia/Tokyo|America/Los_Angeles|Europe/London|UTC) restricted
FiscalYearStartMonth int readonly
OrganizationType picklist(Team Edition|Professional Edition|Enterprise Edition|Developer Edition|Unlimited Edition) readonly restricted
NamespacePrefix string(15) readonly
InstanceName string(5) readonly
IsSandbox boolean system
TrialExpirationDate datetime readonly
"""  # noqa: E501

USER_RIGHTS = (
    "ApiEnabled",
    "CustomizeApplication",
    "ModifyMetadata",
    "ManageProfilesPermissionsets",
    "AssignPermissionSets",
    "ViewSetup",
    "ViewAllData",
    "ModifyAllData",
    "EditTask",
    "EditEvent",
    "BulkApiHardDelete",
)
_PERMISSION_SET = """
Name string(80) required unique
Label string(80) required
LicenseId string(18) create
ProfileId reference(Profile) readonly as=Profile
IsOwnedByProfile boolean system
IsCustom boolean system
Description string(255)
NamespacePrefix string(15) readonly
HasActivationRequired boolean default=false
Type picklist(Regular|Standard|Group|Session|Profile) readonly restricted
""" + "\n".join(f"Permissions{right} boolean default=false" for right in USER_RIGHTS)

_ASSIGNMENT = """
PermissionSetId reference(PermissionSet) required create as=PermissionSet children=Assignments
PermissionSetGroupId string(18) create
AssigneeId reference(User) required create as=Assignee children=PermissionSetAssignments
ExpirationDate datetime
IsActive boolean system
"""

_FIELD_PERMISSIONS = """
ParentId reference(PermissionSet) required create as=Parent children=FieldPerms
SobjectType picklist required create label=Object_Type
Field picklist required create label=Field_Name
PermissionsRead boolean default=false
PermissionsEdit boolean default=false
"""

_OBJECT_PERMISSIONS = """
ParentId reference(PermissionSet) required create as=Parent children=ObjectPerms
SobjectType picklist required create label=Object_Type
PermissionsCreate boolean default=false
PermissionsRead boolean default=false
PermissionsEdit boolean default=false
PermissionsDelete boolean default=false
PermissionsViewAllRecords boolean default=false
PermissionsModifyAllRecords boolean default=false
"""

_CUSTOM_FIELD = """
DeveloperName string(40) readonly
TableEnumOrId string(40) readonly
NamespacePrefix string(15) readonly
ManageableState string(40) readonly
FullName string(255) readonly
Length int readonly
Precision int readonly
Scale int readonly
InlineHelpText string(510) readonly
Metadata complexvalue readonly
"""
_ENTITY_DEFINITION = """
DurableId string(255) readonly
QualifiedApiName string(70) readonly
DeveloperName string(40) readonly
Label string(80) readonly
KeyPrefix string(3) readonly
IsCustomizable boolean system
IsQueryable boolean system
"""
_FIELD_DEFINITION = """
DurableId string(255) readonly
QualifiedApiName string(70) readonly
DeveloperName string(40) readonly
EntityDefinitionId reference(EntityDefinition) readonly as=EntityDefinition
Label string(80) readonly
DataType string(255) readonly
Length int readonly
Precision int readonly
Scale int readonly
IsNillable boolean system
IsIndexed boolean system
NamespacePrefix string(15) readonly
"""

_LIST_VIEW = """
Name string(40) readonly
DeveloperName string(80) readonly
NamespacePrefix string(15) readonly
SobjectType picklist readonly
IsSoqlCompatible boolean system
"""

_VIRTUAL = {"writable": False, "recycle": False, "bulk": False, "tooling": True}
_PERMISSION = {"recycle": False, "setup": True, "bulk": False}

SETUP = (
    standard("User", "005", _USER, recycle=False, deletable=False, setup=True),
    standard("Group", "00G", _GROUP, recycle=False, setup=True),
    standard("Profile", "00e", _PROFILE, recycle=False, writable=False),
    standard("Organization", "00D", _ORGANIZATION, recycle=False, writable=False),
    standard("PermissionSet", "0PS", _PERMISSION_SET, label="Permission Set", **_PERMISSION),
    standard("PermissionSetAssignment", "0Pa", _ASSIGNMENT, label="Permission Set Assignment", **_PERMISSION),
    standard("FieldPermissions", "01k", _FIELD_PERMISSIONS, label="Field Permissions", **_PERMISSION),
    standard("ObjectPermissions", "110", _OBJECT_PERMISSIONS, label="Object Permissions", **_PERMISSION),
    standard("ListView", "00B", _LIST_VIEW, label="List View", recycle=False, writable=False, bulk=False),
    standard("CustomField", "00N", _CUSTOM_FIELD, **_VIRTUAL),
    standard("EntityDefinition", "", _ENTITY_DEFINITION, stamped=False, **_VIRTUAL),
    standard("FieldDefinition", "", _FIELD_DEFINITION, stamped=False, **_VIRTUAL),
)

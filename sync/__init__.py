"""leadsync: one explained lead score per person across HubSpot and Salesforce."""

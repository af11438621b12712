"""From score to sales: hot episodes, the follow-up task, what each CRM is told."""

"""Users, roles, permissions, divisions, jurisdictions, sign-in, registration and the audit trail."""

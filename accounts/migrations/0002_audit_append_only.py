"""The audit trail may grow and nothing else: a trigger refuses UPDATE, DELETE and TRUNCATE even to the table's owner."""

from django.db import migrations

CREATE = """
CREATE FUNCTION accounts_auditrecord_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '审计记录只能追加，不能修改或删除。' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER auditrecord_rows_append_only BEFORE UPDATE OR DELETE ON accounts_auditrecord
    FOR EACH ROW EXECUTE FUNCTION accounts_auditrecord_append_only();
CREATE TRIGGER auditrecord_table_append_only BEFORE TRUNCATE ON accounts_auditrecord
    FOR EACH STATEMENT EXECUTE FUNCTION accounts_auditrecord_append_only();
ALTER TABLE accounts_auditrecord ENABLE ALWAYS TRIGGER auditrecord_rows_append_only;
ALTER TABLE accounts_auditrecord ENABLE ALWAYS TRIGGER auditrecord_table_append_only;
"""
DROP = """
DROP TRIGGER auditrecord_rows_append_only ON accounts_auditrecord;
DROP TRIGGER auditrecord_table_append_only ON accounts_auditrecord;
DROP FUNCTION accounts_auditrecord_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]

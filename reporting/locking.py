"""The database has the last word on locked reports: triggers refuse what the services should have refused.

A report is locked once the window of its enterprise has closed and no permission is in force: the same rule
as in `reporting.deadlines`, read from the same rows. Giving a report back is no change of its content.
"""

LOCKED = "report_locked"

REPORT = r"""
    CREATE FUNCTION reporting_is_locked(one reporting_report) RETURNS boolean LANGUAGE sql AS $$
        WITH moment AS (
            SELECT coalesce(nullif(current_setting('autoflow.at', true), '')::timestamptz, clock_timestamp())
                AS at
        )
        SELECT moment.at >= coalesce(
            (
                SELECT rule.locks_at
                FROM reporting_windowrule AS rule
                JOIN filing_enterprise AS enterprise ON enterprise.id = one.enterprise_id
                WHERE rule.form = one.form AND rule.period = one.period
                  AND (rule.jurisdiction_id IS NULL OR rule.jurisdiction_id = enterprise.jurisdiction_code)
                ORDER BY rule.jurisdiction_id IS NULL, rule.id DESC
                LIMIT 1
            ),
            one.usual_locks_at
        )
        AND NOT EXISTS (
            SELECT FROM reporting_latepermission AS late
            WHERE late.enterprise_id = one.enterprise_id AND late.form = one.form AND late.period = one.period
              AND late.status = 'GRANTED' AND late.until > moment.at
        )
        FROM moment
    $$;

    CREATE FUNCTION reporting_refuse(one reporting_report) RETURNS void LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '%', CASE
            WHEN one.form LIKE '%\_annual' THEN '年报已截止，不能填报、修改或删除。'
            ELSE to_char(one.period, 'YYYY"年"FMMM"月"')
                || '报表已锁定，不能填报、修改或删除；确需修改的，请联系主管部门开锁。'
        END USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'report_locked';
    END $$;

    CREATE FUNCTION reporting_content_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        shut reporting_report;
    BEGIN
        SELECT report.* INTO shut
        FROM reporting_report AS report
        WHERE report.id IN (SELECT report_id FROM changed) AND reporting_is_locked(report)
        LIMIT 1;
        IF FOUND THEN
            PERFORM reporting_refuse(shut);
        END IF;
        RETURN NULL;
    END $$;

    CREATE FUNCTION reporting_report_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' THEN
            IF NEW.usual_locks_at = OLD.usual_locks_at
                AND (NEW.status = OLD.status OR NEW.status = 'RETURNED' AND NEW.form NOT LIKE '%\_annual')
                AND (
                    NEW.enterprise_id, NEW.form, NEW.period, NEW.nil_return, NEW.version, NEW.preparer_name,
                    NEW.note, NEW.line_count, NEW.qty, NEW.amount, NEW.warning_count, NEW.is_late
                ) = (
                    OLD.enterprise_id, OLD.form, OLD.period, OLD.nil_return, OLD.version, OLD.preparer_name,
                    OLD.note, OLD.line_count, OLD.qty, OLD.amount, OLD.warning_count, OLD.is_late
                )
                AND (NEW.submitted_at, NEW.submitted_by_id, NEW.deleted_at)
                    IS NOT DISTINCT FROM (OLD.submitted_at, OLD.submitted_by_id, OLD.deleted_at)
            THEN
                RETURN NEW;
            END IF;
            IF NEW.usual_locks_at <> OLD.usual_locks_at OR reporting_is_locked(OLD) THEN
                PERFORM reporting_refuse(OLD);
            END IF;
        END IF;
        IF TG_OP = 'DELETE' THEN
            IF reporting_is_locked(OLD) THEN
                PERFORM reporting_refuse(OLD);
            END IF;
            RETURN OLD;
        END IF;
        IF reporting_is_locked(NEW) THEN
            PERFORM reporting_refuse(NEW);
        END IF;
        RETURN NEW;
    END $$;

    CREATE TRIGGER report_open BEFORE INSERT OR UPDATE OR DELETE ON reporting_report
        FOR EACH ROW EXECUTE FUNCTION reporting_report_is_open();
"""
REPORT_UNDONE = """
    DROP TRIGGER report_open ON reporting_report;
    DROP FUNCTION reporting_report_is_open();
    DROP FUNCTION reporting_content_is_open();
    DROP FUNCTION reporting_refuse(reporting_report);
    DROP FUNCTION reporting_is_locked(reporting_report);
"""
STEPS = (("INSERT", "NEW"), ("UPDATE", "OLD"), ("UPDATE", "NEW"), ("DELETE", "OLD"))


def guarded(table: str) -> tuple[str, str]:
    """The triggers that keep the rows of a table with `report_id` as they are once its report is locked, and
    their undoing; for migrations of the forms.
    """
    made, undone = [], []
    for step, rows in STEPS:
        name = f"report_open_{step}_{rows}".lower()
        made.append(
            f"CREATE TRIGGER {name} AFTER {step} ON {table} REFERENCING {rows} TABLE AS changed"
            f" FOR EACH STATEMENT EXECUTE FUNCTION reporting_content_is_open();"
        )
        undone.append(f"DROP TRIGGER {name} ON {table};")
    return "\n".join(made), "\n".join(undone)

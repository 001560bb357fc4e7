"""How many obligations of a place are missing, in time, late or returned: kept by the database with every
write, whatever wrote, so that a nation is counted from a few thousand rows.

The state of an obligation follows from its report; a caller cannot set it. Groups are written in the order of
their keys, so that two writers never wait for each other.
"""

STATE = """
    CREATE FUNCTION reporting_state_of(answer bigint) RETURNS text LANGUAGE sql STABLE AS $$
        SELECT coalesce(
            (
                SELECT CASE
                    WHEN report.submitted_at IS NULL THEN 'MISSING'
                    WHEN report.status = 'RETURNED' THEN 'RETURNED'
                    WHEN report.is_late THEN 'LATE'
                    ELSE 'ON_TIME'
                END
                FROM reporting_report AS report
                WHERE report.id = answer
            ),
            'MISSING'
        )
    $$;

    CREATE FUNCTION reporting_obligation_state() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.state := 'MISSING';
        IF NEW.report_id IS NOT NULL THEN
            NEW.state := reporting_state_of(NEW.report_id);
        END IF;
        RETURN NEW;
    END $$;

    CREATE TRIGGER obligation_state BEFORE INSERT OR UPDATE ON reporting_obligation
        FOR EACH ROW EXECUTE FUNCTION reporting_obligation_state();

    CREATE FUNCTION reporting_report_state() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE reporting_obligation SET state = reporting_state_of(NEW.id) WHERE report_id = NEW.id;
        RETURN NULL;
    END $$;

    CREATE TRIGGER report_state AFTER UPDATE ON reporting_report
        FOR EACH ROW
        WHEN ((OLD.status, OLD.is_late, OLD.submitted_at) IS DISTINCT FROM
            (NEW.status, NEW.is_late, NEW.submitted_at))
        EXECUTE FUNCTION reporting_report_state();
"""
STATE_UNDONE = """
    DROP TRIGGER report_state ON reporting_report;
    DROP FUNCTION reporting_report_state();
    DROP TRIGGER obligation_state ON reporting_obligation;
    DROP FUNCTION reporting_obligation_state();
    DROP FUNCTION reporting_state_of(bigint);
"""
ADDED, REMOVED = "NEW TABLE AS added", "OLD TABLE AS removed"
PLUS, MINUS = "SELECT *, 1 AS step FROM added", "SELECT *, -1 AS step FROM removed"
EVENTS = {
    "INSERT": (ADDED, PLUS),
    "DELETE": (REMOVED, MINUS),
    "UPDATE": (f"{ADDED} {REMOVED}", f"{PLUS} UNION ALL {MINUS}"),
}
COUNT = """
    CREATE FUNCTION reporting_count_<event>() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO reporting_obligationcount AS kept
            (form, period, jurisdiction_code, division_code, state, count)
        SELECT form, period, jurisdiction_code, division_code, state, sum(step) FROM (<steps>) AS steps
        GROUP BY 1, 2, 3, 4, 5
        HAVING sum(step) <> 0
        ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT (form, period, jurisdiction_code, division_code, state)
            DO UPDATE SET count = kept.count + EXCLUDED.count;
        RETURN NULL;
    END $$;

    CREATE TRIGGER obligation_count_<event> AFTER <event> ON reporting_obligation
        REFERENCING <tables>
        FOR EACH STATEMENT EXECUTE FUNCTION reporting_count_<event>();
"""
COUNTS = "".join(
    COUNT.replace("<event>", event).replace("<tables>", tables).replace("<steps>", steps)
    for event, (tables, steps) in EVENTS.items()
)
COUNTS_UNDONE = "".join(
    f"DROP TRIGGER obligation_count_{event} ON reporting_obligation; DROP FUNCTION reporting_count_{event}();"
    for event in EVENTS
)
FILL_STATES = """
    UPDATE reporting_obligation SET state = reporting_state_of(report_id) WHERE report_id IS NOT NULL
"""
FILL_COUNTS = """
    INSERT INTO reporting_obligationcount (form, period, jurisdiction_code, division_code, state, count)
    SELECT form, period, jurisdiction_code, division_code, state, count(*)
    FROM reporting_obligation
    GROUP BY 1, 2, 3, 4, 5
"""

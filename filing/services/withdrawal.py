"""What an enterprise takes back: a filing nobody has opened yet, or a change."""

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from filing.enums import FilingAction
from filing.models import Filing
from filing.steps import audited, lock_for_step, mirror_status, note_step, take_back, tell_officers
from filing.versions import open_version, version_in_force


def withdraw_filing(*, enterprise_id: int, revision: int, by: User) -> Filing:
    """Take back what was handed in, before the body that confirms has opened it; it is a draft again."""
    with audited("filing.withdraw", by=by, enterprise_id=enterprise_id):
        step = {"enterprise_id": enterprise_id, "revision": revision, "by": by}
        enterprise = lock_for_step(Permission.FILING_WITHDRAW, **step)
        filing = open_version(enterprise)
        tell_officers(filing, f"{enterprise.name}撤回了备案", "企业在开始办理前撤回，无需办理。")
        take_back(filing, by)
        mirror_status(filing)
        record("filing.withdraw", filing, by=by, version=filing.version)
        return filing


def give_up_change(*, enterprise_id: int, revision: int, by: User) -> Filing:
    """Drop a change; the version in force stands again. What an authority has seen stays, marked as given
    up.
    """
    with audited("filing.give-up", by=by, enterprise_id=enterprise_id):
        step = {"enterprise_id": enterprise_id, "revision": revision, "by": by}
        enterprise = lock_for_step(Permission.FILING_GIVE_UP, **step)
        filing, in_force = open_version(enterprise), version_in_force(enterprise)
        record("filing.give-up", filing, by=by, version=filing.version)
        if filing.submitted_at or filing.events.filter(action=FilingAction.WITHDRAW).exists():
            set_aside(filing, by)
        else:
            filing.events.all().delete()
            filing.delete()
        mirror_status(in_force)
        return in_force


def set_aside(filing, by, note=""):
    """A version that nobody goes on with stays readable."""
    filing.is_given_up = True
    filing.save(update_fields=["is_given_up"])
    note_step(filing, FilingAction.GIVE_UP, filing.status, by, note=note)

"""The many enterprises of the demonstration in every state, written in bulk rather than call by call."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from random import Random

from django.utils import timezone

from accounts.enums import Role
from accounts.models import User
from autoflow.demo import names
from autoflow.demo.content import Content, Profile, written
from autoflow.demo.pictures import SAMPLE_NAME, stored_pictures
from autoflow.demo.places import COUNTY
from filing.content import ROW_MODELS, content_of, digest
from filing.enums import AWAITING, FilingAction, FilingStatus
from filing.models import Enterprise, Filing, FilingEvent
from filing.workdays import decision_due

FIRST_NUMBER = 1_000
WAITING_IN_COUNTY = 12
COUNTY_EVERY = 4  # at most every fourth enterprise waits in the county, every fourth of those is overdue
KINDS = {"A3": 50, "A3 B2": 5, "A1": 2, "A2": 1, "B1": 8, "B2": 22, "B3": 5, "B4": 3, "B5": 4}
OTHER_EVERY = 6
OTHER_STATES = (FilingStatus.SUBMITTED, FilingStatus.CHANGED, FilingStatus.RETURNED, FilingStatus.DRAFT)
RETURNED_FOR = ("营业执照副本影像不清晰，请重新扫描上传。", ["licence_duplicate_image"])
START, SUBMIT, SUBMIT_CHANGE = FilingAction.START, FilingAction.SUBMIT, FilingAction.SUBMIT_CHANGE


@dataclass
class Made:
    """One enterprise under construction: its rows, not yet saved."""

    profile: Profile
    content: Content
    manager: User
    enterprise: Enterprise
    versions: list


def load_enterprises(plan, places, brands, images):
    """Write `plan.enterprises` of them; the same plan and day give the same ones."""
    serials = Counter()
    made = [make(number, plan, places, brands, images, serials) for number in range(plan.enterprises)]
    User.objects.bulk_create([one.manager for one in made], batch_size=1000)
    Enterprise.objects.bulk_create([one.enterprise for one in made], batch_size=1000)
    Enterprise.staff.through.objects.bulk_create(
        [Enterprise.staff.through(enterprise_id=one.enterprise.pk, user_id=one.manager.pk) for one in made],
        batch_size=1000,
    )
    versions = [(filing, one) for one in made for filing in one.versions]
    Filing.objects.bulk_create([filing for filing, _ in versions], batch_size=500)
    for name, model in ROW_MODELS.items():
        rows = (model(filing=filing, **row) for filing, one in versions for row in getattr(one.content, name))
        model.objects.bulk_create(rows, batch_size=1000)
    FilingEvent.objects.bulk_create(
        (event for filing, one in versions for event in events_of(filing, one.manager)), batch_size=1000
    )


def make(number, plan, places, brands, images, serials):
    random = Random(f"{plan.seed} enterprise {number}")
    waits_here = number < min(WAITING_IN_COUNTY, plan.enterprises // COUNTY_EVERY)
    division = places.places_in(COUNTY)[0] if waits_here else places.draw(random, number)
    types = tuple(drawn(random, KINDS).split())
    status = FilingStatus.SUBMITTED if waits_here else status_of(number)
    submitted_at = moment(plan, days_since_submission(plan, status, random, waits_here, number), random)
    serials[division.code, types[0]] += 1
    profile = Profile(
        number=FIRST_NUMBER + number,
        name=names.firm_name(division, types[0], serials[division.code, types[0]] - 1),
        uscc=names.uscc_of(division.code, FIRST_NUMBER + number),
        types=types,
        division=division,
        jurisdiction_code=places.jurisdiction_of(division.code).code,
        established_on=submitted_at.date() - timedelta(days=random.randrange(15, 55)),
    )
    content = written(profile, random, brands)
    manager, enterprise = manager_of(profile, places.password, random), enterprise_of(profile, status)
    content.values |= own_images(content.values) if waits_here else images[number % len(images)]
    versions = list(versions_of(content, status, submitted_at, (plan, places, random)))
    for filing in versions:
        filing.enterprise, filing.submitted_by = enterprise, manager if filing.submitted_at else None
    return Made(profile, content, manager, enterprise, versions)


def own_images(values):
    """What waits where the demo officer works shows its own code; the name, without glyphs, is a sample."""
    return stored_pictures(values | {"enterprise_name": SAMPLE_NAME})


def status_of(number):
    """Most are in force; every sixth is in one of the other states, in turn."""
    turn, rest = divmod(number, OTHER_EVERY)
    return FilingStatus.CONFIRMED if rest else OTHER_STATES[turn % len(OTHER_STATES)]


def drawn(random, weights):
    return random.choices([*weights], [*weights.values()])[0]


def days_since_submission(plan, status, random, waits_here, number):
    """Those in force were so before the first trades; every fourth of those waiting here is overdue."""
    if status in (FilingStatus.CONFIRMED, FilingStatus.CHANGED):
        return plan.months * 31 + random.randrange(30, 630)
    if waits_here and number % COUNTY_EVERY == COUNTY_EVERY - 1:
        return random.randrange(12, 18)
    return random.randrange(10, 40) if status == FilingStatus.RETURNED else random.randrange(1, 5)


def moment(plan, days_ago, random):
    """A minute of the working hours some days ago."""
    clock = time(random.randrange(9, 17), random.randrange(60))
    return timezone.make_aware(datetime.combine(plan.today - timedelta(days=days_ago), clock))


def manager_of(profile, password, random):
    return User(
        username=profile.uscc,
        display_name=names.person_name(random),
        role=Role.MANAGER,
        organisation=profile.name,
        uscc=profile.uscc,
        division=profile.division,
        jurisdiction_id=profile.jurisdiction_code,
        phone=names.mobile(profile.number),
        email=f"contact{profile.number}@example.com",
        password=password,
    )


def enterprise_of(profile, status):
    return Enterprise(
        uscc=profile.uscc,
        name=profile.name,
        types=list(profile.types),
        jurisdiction_code=profile.jurisdiction_code,
        division_code=profile.division.code,
        status=status,
    )


def versions_of(content, status, submitted_at, world):
    """The version in force, and after a change the one that waits."""
    if status != FilingStatus.CHANGED:
        yield version(1, content, status, submitted_at, world)
        return
    plan, _, random = world
    yield version(1, content, FilingStatus.CONFIRMED, submitted_at, world)
    grown = {**content.values, "employee_count": content.values["employee_count"] + 10}
    yield version(
        2, replace(content, values=grown), status, moment(plan, random.randrange(1, 5), random), world
    )


def version(number, content, status, submitted_at, world):
    _, places, random = world
    filing = Filing(version=number, status=status, **content.values)
    filing.index_contact()
    if status == FilingStatus.DRAFT:
        filing.truth_declared = filing.image_sync_acknowledged = None
        return filing
    level, body, decider = places.confirming(filing.division_code)
    rows = {name: getattr(content, name) for name in ROW_MODELS}
    filing.content_hash = digest(content_of(filing) | rows)
    filing.submitted_at, filing.due_at = submitted_at, decision_due(submitted_at)
    filing.confirm_level, filing.confirm_body = level, body
    if status not in AWAITING:
        filing.decided_at = submitted_at + timedelta(
            days=random.randrange(1, 5), minutes=random.randrange(60)
        )
        filing.decided_by = decider
    filing.is_in_force = status == FilingStatus.CONFIRMED
    if status == FilingStatus.RETURNED:
        filing.return_reason, filing.return_fields = RETURNED_FOR
    return filing


def events_of(filing, manager):
    """The steps that led to the state of a version."""
    steps = [(START if filing.version == 1 else FilingAction.CHANGE, FilingStatus.DRAFT, manager)]
    if filing.submitted_at:
        action = SUBMIT if filing.version == 1 else SUBMIT_CHANGE
        steps.append((action, Filing.TRANSITIONS[action][1], manager))
    if filing.decided_at:
        action = FilingAction.RETURN if filing.status == FilingStatus.RETURNED else FilingAction.CONFIRM
        steps.append((action, filing.status, filing.decided_by))
    before = ""
    for action, after, by in steps:
        note = filing.return_reason if action == FilingAction.RETURN else ""
        yield FilingEvent(filing=filing, action=action, from_status=before, to_status=after, by=by, note=note)
        before = after

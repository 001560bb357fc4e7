"""Where the enterprises of the demonstration are: many around the demo authorities, some everywhere."""

from dataclasses import dataclass, field
from functools import cached_property

from accounts.enums import Role
from accounts.models import Division, Jurisdiction, User

COUNTY, ANYWHERE = "330106", ""
REGIONS = {"330106": 6, "3301": 14, "33": 20, "3302": 10, "32": 14, ANYWHERE: 36}
ABROAD = ("71", "81", "82")


@dataclass
class Places:
    """Divisions one can choose to the last level, who answers for each of them and who decides there."""

    password: str
    known: dict = field(default_factory=dict)

    @cached_property
    def divisions(self):
        divisions = Division.objects.select_related("parent").filter(children=None, is_placeholder=False)
        return [place for place in divisions.order_by("code") if not place.code.startswith(ABROAD)]

    def places_in(self, prefix):
        if prefix not in self.known:
            self.known[prefix] = [place for place in self.divisions if place.code.startswith(prefix)]
        return self.known[prefix]

    @cached_property
    def jurisdictions(self):
        return {found.covers_prefix: found for found in Jurisdiction.objects.order_by("code")}

    @cached_property
    def deciders(self):
        """Who confirms, by place; where no demo authority is, one account that nobody can sign in with."""
        known = User.objects.filter(role__in=[Role.COUNTY, Role.PROVINCE])
        users = {
            user.division_id if user.role == Role.COUNTY else user.jurisdiction_id: user for user in known
        }
        missing = [found for found in self.jurisdictions.values() if found.code not in users]
        created = User.objects.bulk_create(
            User(
                username=f"shangwu{found.code}",
                role=Role.PROVINCE,
                organisation=found.name,
                division_id=found.code if found.code != "660000" else "659000",
                jurisdiction=found,
                password=self.password,
            )
            for found in missing
        )
        return users | {user.jurisdiction_id: user for user in created}

    def draw(self, random, turn):
        """A place near the demo authorities, or of the jurisdiction whose turn it is."""
        (prefix,) = random.choices([*REGIONS], [*REGIONS.values()])
        if prefix == ANYWHERE:
            prefix = [*self.jurisdictions][turn % len(self.jurisdictions)]
        return random.choice(self.places_in(prefix))

    def jurisdiction_of(self, division_code):
        """The longest prefix wins, as everywhere; looked up here once for all."""
        prefixes = (division_code[:length] for length in range(6, 1, -1))
        return next(self.jurisdictions[prefix] for prefix in prefixes if prefix in self.jurisdictions)

    def confirming(self, division_code):
        """Level, body and person that decide there under the policies of the demonstration."""
        if division_code == COUNTY:
            return "COUNTY", "西湖区商务局", self.deciders[COUNTY]
        jurisdiction = self.jurisdiction_of(division_code)
        return "PROVINCE", jurisdiction.name, self.deciders[jurisdiction.code]

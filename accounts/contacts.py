"""Whom a user may call."""

from django.db import models
from django.db.models import Case, UniqueConstraint, Value, When

from accounts.enums import Role


class ContactQuerySet(models.QuerySet):
    def visible_to(self, user):
        """As rows to keep: all are the administrator's, nobody else has any; readers ask `for_reader`."""
        return self if user.role == Role.ADMIN else self.none()

    def with_list_columns(self):
        """The nation's first, then by jurisdiction, as they follow each other there."""
        nation_first = models.F("jurisdiction").asc(nulls_first=True)
        return self.select_related("jurisdiction").order_by(nation_first, "order", "id")

    def for_reader(self, user):
        """All of them: those of the reader's own authority first, then the nation's, then the others."""
        own_id = getattr(user, "jurisdiction_id", None)
        own = When(jurisdiction=own_id, then=Value(0)) if own_id else None
        cases = [case for case in (own, When(jurisdiction=None, then=Value(1))) if case]
        nearness = Case(*cases, default=Value(2), output_field=models.SmallIntegerField())
        ordered = self.annotate(nearness=nearness).order_by("nearness", "jurisdiction", "order", "id")
        return ordered.select_related("jurisdiction")

    def near(self, user):
        """Whom this reader calls first: his own authority, then the nation's."""
        return self.for_reader(user).filter(nearness__lt=2)


class Contact(models.Model):
    """A telephone for questions: of one jurisdiction, or of the whole nation."""

    jurisdiction = models.ForeignKey(
        "accounts.Jurisdiction", models.PROTECT, null=True, blank=True, verbose_name="受理机构"
    )
    name = models.CharField("名称", max_length=60)
    phone = models.CharField("电话", max_length=40)
    hours = models.CharField("接听时间", max_length=60, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=0)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联系方式"
        constraints = [
            UniqueConstraint(
                fields=["jurisdiction", "name"],
                name="contact_once_per_jurisdiction",
                nulls_distinct=False,
                violation_error_message="该机构已有同名的联系方式。",
            ),
        ]

    def __str__(self):
        return f"{self.name} {self.phone}"


def whom_to_call(jurisdiction_code: str) -> str:
    """The first telephone of an authority, the nation's where it has none, as the end of a message."""
    near = Contact.objects.filter(models.Q(jurisdiction=jurisdiction_code) | models.Q(jurisdiction=None))
    contact = near.order_by(models.F("jurisdiction").asc(nulls_last=True), "order", "id").first()
    if contact is None:
        return ""
    return f"联系电话：{'，'.join(filter(None, (str(contact), contact.hours)))}。"

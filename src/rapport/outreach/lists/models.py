"""Tables of lists."""

from typing import ClassVar

from django.db import models

from rapport.kit.classes import FieldClass
from rapport.kit.ids import new_id


class CustomerList(models.Model):
    """A list: what outlives its versions. A retired one is refreshed no more."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    name = models.CharField(max_length=120)
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "name"], name="list_name_unique")]

    def __str__(self) -> str:
        return self.name


class ListVersion(models.Model):
    """A list's criteria as they were saved once; the newest counts. ``content`` is a Criteria document."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    list = models.ForeignKey(CustomerList, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    note = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey("accounts.Member", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "number"], name="list_version_number")]

    def __str__(self) -> str:
        return f"version {self.number}"


class ListRefresh(models.Model):
    """A look at who is on a list: how many fit, were kept off by each cause, came and went."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    list = models.ForeignKey(CustomerList, on_delete=models.CASCADE, related_name="refreshes")
    version = models.ForeignKey(ListVersion, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    fit = models.PositiveIntegerField()
    kept_off = models.JSONField()
    members = models.PositiveIntegerField()
    came = models.PositiveIntegerField()
    went = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["list", "at"], name="refresh_by_list")]

    def __str__(self) -> str:
        return f"{self.members} at {self.at}"


class ListMember(models.Model):
    """A customer who is on a list since a refresh."""

    FIELD_CLASSES: ClassVar = {"since": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    list = models.ForeignKey(CustomerList, on_delete=models.CASCADE, related_name="members")
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "customer"], name="on_a_list_once")]

    def __str__(self) -> str:
        return f"{self.customer_id} on {self.list_id}"


class ListMove(models.Model):
    """A customer who came to a list or left it in a refresh; ``because`` is a code of the cause for leaving."""

    FIELD_CLASSES: ClassVar = {"because": FieldClass.PERSONAL}
    programme = models.ForeignKey("accounts.Programme", on_delete=models.PROTECT, related_name="+")
    refresh = models.ForeignKey(ListRefresh, on_delete=models.CASCADE, related_name="moves")
    customer = models.ForeignKey("customers.Customer", on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    came = models.BooleanField()
    because = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["refresh", "customer"], name="moved_once_per_refresh")]
        indexes = [models.Index(fields=["customer", "refresh"], name="move_by_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} {'came' if self.came else 'went'}"

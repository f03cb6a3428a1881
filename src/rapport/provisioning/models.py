"""What the partners' directories told us."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from rapport.accounts.roles import Role
from rapport.kit.ids import new_id


class Identity(models.Model):
    """A person by the name their partner's directory calls them; ``key`` is the name as it is compared.

    ``programme_ids`` are the programmes with an entry of theirs. It stands here because a transaction sees the
    entries of one programme only. ``external_id`` is the directory's own key, by which we notice that a name was
    given to somebody else.
    """

    partner = models.ForeignKey("accounts.Partner", on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=250)
    user = models.OneToOneField("accounts.User", on_delete=models.PROTECT, related_name="+")
    external_id = models.CharField(max_length=200, default="")
    programme_ids = ArrayField(models.BigIntegerField(), default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "key"], name="one_person_by_name")]

    def __str__(self) -> str:
        return self.key


class Resource(models.Model):
    """What SCIM calls a resource: told of by one programme's directory; every change raises its version."""

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    programme = models.ForeignKey("accounts.Programme", on_delete=models.CASCADE, related_name="+")
    external_id = models.CharField(max_length=200, default="")
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        abstract = True


class Entry(Resource):
    """A person as a directory describes them on one programme.

    ``said`` is what SCIM told (rapport.provisioning.resources.User without what the server adds). ``claimed`` are
    the groups of the latest sign-in, null where the sign-in service names none. ``is_placed``: the directory gave
    the place that the person has; if that ended, somebody here ended it.
    """

    class Source(models.TextChoices):
        SCIM = "scim"
        SIGN_IN = "sign_in"

    identity = models.ForeignKey(Identity, on_delete=models.PROTECT, related_name="entries")
    source = models.CharField(max_length=10, choices=Source.choices)
    is_active = models.BooleanField(default=True)
    said = models.JSONField(default=dict)
    claimed = ArrayField(models.CharField(max_length=200), null=True, default=None)
    is_placed = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "identity"], name="one_entry_per_person"),
            models.UniqueConstraint(
                fields=["programme", "external_id"], condition=~Q(external_id=""), name="entry_external_id"
            ),
        ]

    def __str__(self) -> str:
        return str(self.identity)


class Group(Resource):
    """A group of a directory; ``key`` is its name as it is compared."""

    name = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    entries = models.ManyToManyField(Entry, through="GroupMember", related_name="groups")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["programme", "key"], name="one_group_by_name"),
        ]

    def __str__(self) -> str:
        return self.name


class GroupMember(models.Model):
    """A person's being in a group."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "entry"], name="once_in_a_group")]

    def __str__(self) -> str:
        return f"{self.entry} in {self.group}"


class GroupMapping(models.Model):
    """What being in a group gives on a programme. Of several, the one that stands first holds."""

    programme = models.ForeignKey("accounts.Programme", on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    role = models.CharField(max_length=20, choices=[(each.value, each.value) for each in Role])
    team = models.CharField(max_length=100, default="", blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["programme", "key"], name="one_mapping_per_group")]

    def __str__(self) -> str:
        return f"{self.group} → {self.role}"


class Service(models.Model):
    """A partner's sign-in service: it vouches for people of this partner, on this partner's programmes only.

    ``rules`` are what its kind needs (rapport.provisioning.services). The secret is sealed.
    """

    class Kind(models.TextChoices):
        OIDC = "oidc"
        SAML = "saml"

    public_id = models.UUIDField(default=new_id, unique=True, editable=False)
    partner = models.ForeignKey("accounts.Partner", on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    rules = models.JSONField(default=dict)
    sealed_secret = models.TextField(default="")
    is_active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Subject(models.Model):
    """A person as a sign-in service knows them, by a name of its own that never changes hands."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    subject = models.CharField(max_length=255)
    identity = models.ForeignKey(Identity, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "subject"], name="one_person_by_subject"),
            models.UniqueConstraint(fields=["service", "identity"], name="one_subject_by_person"),
        ]

    def __str__(self) -> str:
        return f"{self.identity} by {self.service}"


class Seen(models.Model):
    """An assertion that was used: it opens nothing a second time.

    ``ticket`` (a hash) and ``told`` hold what it says for the moment until its browser comes for it.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    mark = models.CharField(max_length=64)
    until = models.DateTimeField()
    ticket = models.CharField(max_length=64, default="")
    told = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "mark"], name="once_only")]

    def __str__(self) -> str:
        return f"{self.service}: {self.mark}"

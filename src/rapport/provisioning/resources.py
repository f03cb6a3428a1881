"""The SCIM resources we keep, and what we say of ourselves (RFC 7643).

Of what a directory could tell about a person only this is kept; anything else in a request is read past.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field
from scim2_models import (
    URN,
    AnyExtension,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    ETag,
    Extension,
    Filter,
    Mutability,
    Patch,
    Reference,
    Required,
    ResourceType,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
)
from scim2_models import Resource as ScimResource

MOST_RESULTS = 200
Text = Annotated[str, Field(max_length=200)]


class Name(ComplexAttribute):
    """The parts of a person's name."""

    formatted: Text | None = None
    family_name: Text | None = None
    given_name: Text | None = None


class Email(ComplexAttribute):
    """An address at work. Kept because directories compare it; nobody is ever found by it."""

    value: Text | None = None
    type: Text | None = None
    primary: bool | None = None


class GroupOfUser(ComplexAttribute):
    """A group the person is in, as the server tells it."""

    value: Annotated[str | None, Mutability.read_only, CaseExact.true] = None
    ref: Annotated[Reference[Group] | None, Mutability.read_only] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    display: Annotated[str | None, Mutability.read_only] = None


class EnterpriseUser(Extension):
    """``employeeNumber`` is what figures and the telephone system call the person."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    employee_number: Annotated[str | None, Field(max_length=100)] = None
    department: Text | None = None


class User(ScimResource[AnyExtension]):
    """A person."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Field(max_length=150), Uniqueness.server, Required.true] = None
    name: Name | None = None
    display_name: Text | None = None
    title: Text | None = None
    active: bool | None = None
    emails: Annotated[list[Email] | None, Field(max_length=20)] = None
    groups: Annotated[list[GroupOfUser] | None, Mutability.read_only] = None

    Name: ClassVar[type[ComplexAttribute]] = Name
    Emails: ClassVar[type[ComplexAttribute]] = Email
    Groups: ClassVar[type[ComplexAttribute]] = GroupOfUser


class GroupMember(ComplexAttribute):
    """A person in a group; groups in groups are not kept."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    ref: Annotated[Reference[User[Any]] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    type: Annotated[str | None, Mutability.immutable] = Field(None, examples=["User"])


class Group(ScimResource[Any]):
    """A group of people."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Field(max_length=200), Uniqueness.server, Required.true] = None
    members: Annotated[list[GroupMember] | None, Field(max_length=10_000)] = None

    Members: ClassVar[type[ComplexAttribute]] = GroupMember


Person = User[EnterpriseUser]

CONFIG = ServiceProviderConfig(
    patch=Patch(supported=True),
    bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
    filter=Filter(supported=True, max_results=MOST_RESULTS),
    change_password=ChangePassword(supported=False),
    sort=Sort(supported=True),
    etag=ETag(supported=True),
    authentication_schemes=[
        AuthenticationScheme(
            type=AuthenticationScheme.Type.oauthbearertoken,
            name="Bearer token",
            description="A token of the programme, made for provisioning people.",
            primary=True,
        )
    ],
)
POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
SERVICE = ScimProvider(
    models=[User, EnterpriseUser, Group],
    resource_types=[ResourceType.from_resource(Person), ResourceType.from_resource(Group)],
    config=CONFIG,
    policy=POLICY,
)

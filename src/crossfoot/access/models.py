"""People with one role each, customers, and which Huawei account belonged to whom and when."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from crossfoot.core.roles import Role
from crossfoot.core.walls import Wall


class Customer(models.Model):
    """An organisation that the reseller bills."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    wall_column: ClassVar[str] = "id"
    customer_owned: ClassVar[bool] = True

    id = models.CharField(primary_key=True, max_length=64)
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)

    def __str__(self) -> str:
        """The name and the id."""
        return f"{self.name} ({self.id})"


class AccountOwner(models.Model):
    """A Huawei account in the hands of a customer, from a date (in) to a date (out)."""

    wall: ClassVar[Wall] = Wall.CUSTOMER
    customer_owned: ClassVar[bool] = True

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT)
    account_id = models.CharField(max_length=128)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        """One line per customer, account and start."""

        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "account_id", "valid_from"], name="one_owner_line", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        """Account and owner."""
        return f"{self.account_id} of {self.customer_id}"


class People(BaseUserManager["User"]):
    """Finds people by their address."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """Addresses are kept in lower case."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person: one address, one role; a customer's person belongs to exactly one customer."""

    wall: ClassVar[Wall] = Wall.DOOR

    email = models.EmailField(unique=True)
    role = models.CharField(max_length=32, choices=[(r.value, r.value) for r in Role])
    customer_key = models.CharField(max_length=64, blank=True)  # no foreign key: the door cannot read customers
    is_active = models.BooleanField(default=True)

    objects = People()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["role"]

    def __str__(self) -> str:
        """The address."""
        return self.email


class Grant(models.Model):
    """Narrows a customer's person to an account or a project. No grant of a kind means all of that kind."""

    wall: ClassVar[Wall] = Wall.DOOR

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    kind = models.CharField(max_length=8, choices=[("account", "account"), ("project", "project")])
    value = models.CharField(max_length=128)

    class Meta:
        """A grant is given once."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "kind", "value"], name="one_grant")]

    def __str__(self) -> str:
        """What is granted."""
        return f"{self.kind} {self.value}"


class ApiToken(models.Model):
    """A key for a program, which reads as its owner and never more. The secret itself is not kept, only its sha256."""

    wall: ClassVar[Wall] = Wall.DOOR  # it says who is asking, so it is read before anybody's scope is known

    id = models.CharField(primary_key=True, max_length=16)  # the part of the token that may be shown
    sha256 = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    customer_key = models.CharField(max_length=64, blank=True)  # blank: every customer that the owner may open
    accounts = models.JSONField(default=list)  # of the owner's; none means all of them
    projects = models.JSONField(default=list)
    made_at = models.DateTimeField()
    last_day = models.DateField()  # on which it is valid, in GMT+08:00
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        """Its id and name."""
        return f"{self.id} {self.name}"

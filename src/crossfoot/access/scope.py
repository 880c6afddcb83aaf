"""Who is asking and what they may read. The only place that makes a Scope: nothing else may, and there is no default.

A scope is asked for again at every request, command and job; it is never stored.
"""

from dataclasses import dataclass

from crossfoot.access.models import Customer, User
from crossfoot.access.rls import as_scope, as_staff
from crossfoot.core.errors import NotFound, NotPermitted
from crossfoot.core.ids import is_safe_id
from crossfoot.core.roles import Capability, Role, may


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One person reading one customer (`customer` is '' for the reseller's own pages).

    Empty `accounts` or `projects` means all of them; both given means lines that lie in both.
    """

    email: str
    role: Role
    customer: str
    accounts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()

    @property
    def is_reseller(self) -> bool:
        """True for the reseller's own people."""
        return self.role.is_reseller

    @property
    def is_narrowed(self) -> bool:
        """True when only part of the customer is visible."""
        return bool(self.accounts or self.projects)

    def require(self, capability: Capability) -> None:
        """Refuse what the role does not include."""
        if not may(self.role, capability):
            raise NotPermitted(f"Your role ({self.role}) does not include this: ask an administrator of your side.")


@dataclass(frozen=True)
class CustomerName:
    """A customer that may be opened."""

    id: str
    name: str


def scope_for(user: User, customer: str = "") -> Scope:
    """The scope of this person over this customer.

    Raises:
        NotFound: the person is disabled, or the customer is not theirs or does not exist; both look the same.
    """
    if not user.is_active:
        raise NotFound
    role = Role(user.role)
    if role.is_reseller:
        if customer and not _exists(customer):
            raise NotFound(f"There is no customer {customer!r} here.")
        return Scope(email=user.email, role=role, customer=customer)
    if customer not in {"", user.customer_key}:
        raise NotFound(f"There is no customer {customer!r} here.")
    grants = list(user.grants.values_list("kind", "value"))
    return Scope(
        email=user.email,
        role=role,
        customer=user.customer_key,
        accounts=tuple(sorted(v for kind, v in grants if kind == "account")),
        projects=tuple(sorted(v for kind, v in grants if kind == "project")),
    )


def list_customers(scope: Scope) -> tuple[CustomerName, ...]:
    """The customers that this person may open, by name."""
    with as_scope(scope):
        mine = Customer.objects.all() if scope.is_reseller else Customer.objects.filter(id=scope.customer)
        return tuple(CustomerName(*row) for row in mine.order_by("name", "id").values_list("id", "name"))


def find_user(email: str) -> User:
    """The active person with this address; NotFound otherwise."""
    user = User.objects.filter(email=email.lower(), is_active=True).first()
    if user is None:
        raise NotFound(f"There is nobody here with the address {email}: add them with `crossfoot users add`.")
    return user


def _exists(customer: str) -> bool:
    if not is_safe_id(customer):  # whatever an address can carry, a NUL too, which PostgreSQL takes for our bug
        return False
    with as_staff():
        return Customer.objects.filter(id=customer).exists()

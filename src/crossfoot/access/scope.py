"""Who is asking and what they may read. The only place that makes a Scope: nothing else may, and there is no default.

A scope is asked for again at every request, command and job; it is never stored.
"""

from dataclasses import dataclass, replace

from crossfoot.access.models import ApiToken, Customer, User
from crossfoot.access.rls import as_scope, as_staff
from crossfoot.core.errors import NotFound, NotPermitted
from crossfoot.core.ids import is_safe_id
from crossfoot.core.roles import Capability, Role, may


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One person reading one customer (`customer` is '' for the reseller's own pages).

    Empty `accounts` or `projects` means all of them; both given means lines that lie in both. `token` is the id of the
    token through which a program asks for the person.
    """

    email: str
    role: Role
    customer: str
    accounts: tuple[str, ...] = ()
    projects: tuple[str, ...] = ()
    token: str = ""

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


def scope_of_token(token: ApiToken, customer: str = "") -> Scope:
    """What a token may read of this customer: what its owner may read now, and of that only what the token names.

    Raises:
        NotFound: the customer is not one of the token's, or the owner has none of the token's accounts or projects left.
    """
    wanted = customer or token.customer_key
    if wanted != token.customer_key and token.customer_key:
        raise NotFound(f"There is no customer {customer!r} here.")
    owner = scope_for(token.owner, wanted)
    return replace(
        owner,
        accounts=_within(owner.accounts, tuple(token.accounts)),
        projects=_within(owner.projects, tuple(token.projects)),
        token=token.id,
    )


def _within(granted: tuple[str, ...], named: tuple[str, ...]) -> tuple[str, ...]:
    """What is in both; nothing on a side means everything, so a meeting that is empty must not be passed on."""
    if not granted or not named:
        return granted or named
    both = tuple(sorted(set(granted) & set(named)))
    if not both:
        raise NotFound("Nothing of what this token names may be read by its owner any more: make another token.")
    return both


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

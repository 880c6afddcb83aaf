"""What a person keeps of a customer's reports: views under names of their own, and when they last looked."""

from datetime import datetime, timedelta

from crossfoot.access.rls import as_scope, as_staff
from crossfoot.access.scope import Scope
from crossfoot.core.clock import now
from crossfoot.core.errors import BadRequest, NotFound
from crossfoot.core.words import mark as _
from crossfoot.support.models import SavedView, Visit

LONGEST_NAME, LONGEST_QUERY, MOST = 80, 4000, 50
ONE_VISIT = timedelta(minutes=30)  # looking again within it is the same visit


def list_views(scope: Scope) -> tuple[SavedView, ...]:
    """The person's own views of the scope's customer, by name."""
    with as_scope(scope):
        return tuple(SavedView.objects.filter(customer_key=scope.customer, owner=scope.email).order_by("name"))


def save_view(scope: Scope, *, name: str, report: str, query: str) -> SavedView:
    """Keep a view; one of the same name is replaced.

    Raises:
        BadRequest: without a name, too long, or one too many.
    """
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or "\x00" in name:
        raise BadRequest(_("Give the view a name of at most 80 characters."))
    if len(query) > LONGEST_QUERY:
        raise BadRequest(_("The view has too many filters to be saved: choose fewer values."))
    with as_staff():
        mine = SavedView.objects.filter(customer_key=scope.customer, owner=scope.email)
        if mine.count() >= MOST and not mine.filter(name=name).exists():
            raise BadRequest(_("You have 50 saved views of this customer: delete one first."))
        view, _new = SavedView.objects.update_or_create(
            customer_key=scope.customer,
            owner=scope.email,
            name=name,
            defaults={"report": report, "query": query, "saved_at": now()},
        )
        return view


def delete_view(scope: Scope, number: str) -> str:
    """Forget one of the person's own views; its name.

    Raises:
        NotFound: it is not theirs.
    """
    with as_staff():
        mine = SavedView.objects.filter(customer_key=scope.customer, owner=scope.email)
        view = mine.filter(pk=int(number)).first() if number.isascii() and number.isdigit() else None
        if view is None:
            raise NotFound(_("There is no such saved view."))
        view.delete()
        return view.name


def visit(scope: Scope) -> datetime | None:
    """Note that the person looks at the customer's home now; when they did before, None at the first time."""
    with as_staff():
        at = now()
        known = Visit.objects.filter(customer_key=scope.customer, visitor=scope.email).first()
        if known is None:
            Visit.objects.create(customer_key=scope.customer, visitor=scope.email, at=at)
            return None
        if at - known.at > ONE_VISIT:
            known.before = known.at
        known.at = at
        known.save()
        return known.before

"""The six roles (product.md) and the acts each may do. Few, fixed, in one table."""

from enum import StrEnum

from crossfoot.core.words import mark as _


class Role(StrEnum):
    """Who somebody is; the value is the key on the command line."""

    CUSTOMER_VIEWER = "customer-viewer"
    CUSTOMER_FINANCE = "customer-finance"
    CUSTOMER_ADMIN = "customer-admin"
    RESELLER_SUPPORT = "reseller-support"
    RESELLER_FINANCE = "reseller-finance"
    RESELLER_OPERATOR = "reseller-operator"

    @property
    def label(self) -> str:
        """The role in words, to be translated."""
        return LABELS[self]

    @property
    def is_reseller(self) -> bool:
        """True for the reseller's own people, who may look at every customer."""
        return self in RESELLER


class Capability(StrEnum):
    """One act a role may do."""

    READ_REPORTS = "reports:read"
    EXPORT_REPORTS = "reports:export"
    READ_CLOSE = "close:read"
    APPROVE_PRICES = "prices:approve"
    PUBLISH = "editions:publish"
    RENAME_SERVICES = "services:rename"
    ACCEPT_FINDINGS = "findings:accept"
    READ_DATA_HEALTH = "data-health:read"
    WRITE_KNOWN_ISSUES = "known-issues:write"
    UPLOAD_FILES = "files:upload"
    USE_TOKENS = "tokens:use"
    READ_LEDGER = "ledger:read"
    KEEP_LEDGER = "ledger:keep"
    READ_ALL_LEDGERS = "ledger:read-all"


LABELS = {
    Role.CUSTOMER_VIEWER: _("viewer"),
    Role.CUSTOMER_FINANCE: _("finance"),
    Role.CUSTOMER_ADMIN: _("administrator"),
    Role.RESELLER_SUPPORT: _("reseller's support"),
    Role.RESELLER_FINANCE: _("reseller's finance"),
    Role.RESELLER_OPERATOR: _("reseller's operator"),
}
CUSTOMER = frozenset({Role.CUSTOMER_VIEWER, Role.CUSTOMER_FINANCE, Role.CUSTOMER_ADMIN})
RESELLER = frozenset({Role.RESELLER_SUPPORT, Role.RESELLER_FINANCE, Role.RESELLER_OPERATOR})
EVERYONE = CUSTOMER | RESELLER

MAY: dict[Capability, frozenset[Role]] = {
    Capability.READ_REPORTS: EVERYONE,
    Capability.EXPORT_REPORTS: EVERYONE - {Role.CUSTOMER_VIEWER},
    Capability.READ_CLOSE: frozenset({Role.RESELLER_FINANCE, Role.RESELLER_OPERATOR}),
    Capability.APPROVE_PRICES: frozenset({Role.RESELLER_FINANCE}),
    Capability.PUBLISH: frozenset({Role.RESELLER_FINANCE}),
    Capability.RENAME_SERVICES: frozenset({Role.RESELLER_FINANCE, Role.RESELLER_OPERATOR}),
    Capability.ACCEPT_FINDINGS: frozenset({Role.RESELLER_FINANCE}),
    Capability.READ_DATA_HEALTH: RESELLER,
    Capability.WRITE_KNOWN_ISSUES: frozenset({Role.RESELLER_SUPPORT}),
    Capability.UPLOAD_FILES: frozenset({Role.RESELLER_FINANCE, Role.RESELLER_OPERATOR}),
    Capability.USE_TOKENS: RESELLER | {Role.CUSTOMER_ADMIN},
    Capability.READ_LEDGER: EVERYONE - {Role.CUSTOMER_VIEWER},
    Capability.KEEP_LEDGER: frozenset({Role.RESELLER_FINANCE}),
    Capability.READ_ALL_LEDGERS: frozenset({Role.RESELLER_FINANCE}),
}


def may(role: Role, capability: Capability) -> bool:
    """Say whether the role includes the act."""
    return role in MAY[capability]

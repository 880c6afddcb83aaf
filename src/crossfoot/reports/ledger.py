"""What is owed: invoices and payments, the statement of account, and for the reseller's finance the ageing of everybody.

`sql` speaks of the columns of `billing.facts`. Amounts are shown as they are on the documents, at the minor unit.
"""

from crossfoot.core.roles import MAY, Capability
from crossfoot.core.words import mark as _
from crossfoot.reports import vocabulary as v
from crossfoot.reports.spec import Dimension, Kind, Measure, Report, Source

KINDS = (
    _("Invoice"),
    _("Credit note"),
    _("Payment"),
    _("Withholding tax"),
    _("Bank fee"),
    _("Write-off"),
    _("Set-off"),
    _("Refund"),
    _("Opening balance"),
    _("Voided"),
)
STATES = (
    _("Open"),
    _("Part paid"),
    _("Paid"),
    _("Overdue"),
    _("Credited"),
    _("Void"),
    _("Allocated"),
    _("Part allocated"),
    _("Unallocated"),
    _("Refunded"),
)
DOCUMENT_KIND = Dimension(
    key="document_kind",
    label=_("Kind of entry"),
    sql="document_kind",
    help=_(
        "Invoice and credit note are documents. Payment is money that came; withholding tax, bank fee, write-off and set-off "
        "settle an invoice without money; a refund is money that went back."
    ),
    words=KINDS,
)
DOCUMENT = Dimension(
    key="document",
    label=_("Number"),
    sql="document",
    help=_("The number on the document, or the number that the bank or the books give a payment."),
)
STATUS = Dimension(
    key="payment_status",
    label=_("Status"),
    sql="payment_status",
    help=_(
        "An invoice is open, part paid, paid, overdue (something is open after its due date), credited (settled by credit "
        "notes alone) or void. A payment or credit note is allocated, part allocated or unallocated to invoices."
    ),
    words=STATES,
)
ENTITY = Dimension(
    key="entity",
    label=_("Issued by"),
    sql="entity",
    help=_("The legal entity of the reseller that issued the document, by its short key."),
    empty=_("no entity"),
)
CUSTOMER = Dimension(
    key="customer",
    label=_("Customer"),
    sql="customer_id",
    name_sql="customer_name",
    name_label=_("Customer name"),
    help=_("The customer that owes or has paid."),
)
AMOUNT_DUE = Measure(
    key="amount_due",
    label=_("Amount"),
    sql="amount_due",
    help=_(
        "What the entry does to what you owe, tax included: invoices and refunds raise it, credit notes and payments lower it "
        "and bear a minus. A void document does nothing."
    ),
)
AMOUNT_PAID = Measure(
    key="amount_paid",
    label=_("Settled"),
    sql="amount_paid",
    help=_(
        "What is settled of it: of an invoice by payments and credit notes, of a payment or credit note by what it was "
        "allocated to, with a minus. Each allocation stands on both sides, so over all entries they cancel out, but for what "
        "was settled before an entry came here."
    ),
)
BALANCE = Measure(
    key="balance",
    label=_("Balance"),
    sql="balance",
    help=_("Amount less settled: what is still open of an invoice, or with a minus what of a payment is not used yet."),
)
_LATE = "coalesce(days_overdue, 0)"


def _bucket(key: str, label: str, help_: str, condition: str) -> Measure:
    return Measure(
        key=key, label=label, sql=f"CASE WHEN is_invoice AND {condition} THEN balance ELSE 0 END", help=help_
    )


NOT_DUE = _bucket(
    "not_due", _("Not due"), _("Open amounts of invoices that are not due yet, or due today."), f"{_LATE} < 1"
)
BUCKETS = (
    NOT_DUE,
    _bucket("overdue_30", _("1–30 days"), _("Open amounts, overdue for 1 to 30 days."), f"{_LATE} BETWEEN 1 AND 30"),
    _bucket("overdue_60", _("31–60 days"), _("Open amounts, overdue for 31 to 60 days."), f"{_LATE} BETWEEN 31 AND 60"),
    _bucket("overdue_90", _("61–90 days"), _("Open amounts, overdue for 61 to 90 days."), f"{_LATE} BETWEEN 61 AND 90"),
    _bucket("overdue_more", _("Over 90 days"), _("Open amounts, overdue for more than 90 days."), f"{_LATE} > 90"),
)
UNALLOCATED = Measure(
    key="unallocated",
    label=_("Unallocated"),
    sql="CASE WHEN is_invoice THEN 0 ELSE balance END",
    help=_(
        "Payments and credit notes that settle no invoice yet, with a minus, less refunds. They are not set against the "
        "oldest invoice by themselves."
    ),
)
_DEBIT = Measure(
    key="debit", label=_("Charged"), sql="debit", help=_("Invoices and refunds: what raises the balance."), empty="–"
)
_CREDIT = Measure(
    key="credit",
    label=_("Paid or credited"),
    sql="credit",
    help=_("Payments, credit notes and what else lowers the balance."),
    empty="–",
)
_MOVED = Measure(
    key="moved",
    label=_("Change of the balance"),
    sql="moved",
    help=_("The opening balance, and then what each entry changes. The column adds up to the closing balance."),
)
_ON = v.line(
    "document_on",
    _("Date"),
    "document_on",
    _("When the document was issued, or the value date of a payment."),
    Kind.DATE,
)
_DUE = v.line("due_on", _("Due"), "due_on", _("The last day on which an invoice is paid in time."), Kind.DATE)
_MONTHS = v.line(
    "billed_months", _("Months billed"), "billed_months", _("The billing months that the document says it bills.")
)
_REFERENCE = v.line(
    "reference",
    _("Reference"),
    "reference",
    _("What the payer wrote; of a credit note the invoice that it corrects."),
)
_ENTRY = v.line("entry", _("Entry"), "entry", _("Crossfoot's own name of the entry: D of a document, P of a payment."))
_KIND = v.line("document_kind", DOCUMENT_KIND.label, "document_kind", DOCUMENT_KIND.help, words=KINDS)
_NUMBER = v.line("document", DOCUMENT.label, "document", DOCUMENT.help)
_KNOWN = v.line(
    "recorded_at", _("Known since"), "recorded_at", _("When it was written down here, in UTC."), Kind.INSTANT
)

INVOICES_AND_PAYMENTS = Report(
    key="invoices-and-payments",
    title=_("Invoices and payments"),
    question=_("What do I owe, what is paid?"),
    how_to_read=_(
        "One row is an invoice, a credit note or a payment, as it stands today. Amount less settled is the balance, in every "
        "row and in the total, and the balances add up to what you owe. A period chooses by date; without one, all are "
        "shown."
    ),
    measures=(AMOUNT_DUE, AMOUNT_PAID, BALANCE),
    filters=(STATUS, DOCUMENT_KIND, DOCUMENT, ENTITY, v.CURRENCY),
    lines=(
        _NUMBER,
        _KIND,
        _ON,
        _DUE,
        v.line("payment_status", STATUS.label, "payment_status", STATUS.help, words=STATES),
        v.line("days_overdue", _("Days overdue"), "days_overdue", _("Whole days since the due date."), Kind.QUANTITY),
        v.line("amount_due", AMOUNT_DUE.label, "amount_due", AMOUNT_DUE.help, Kind.MONEY),
        v.line("amount_paid", AMOUNT_PAID.label, "amount_paid", AMOUNT_PAID.help, Kind.MONEY),
        v.line("balance", BALANCE.label, "balance", BALANCE.help, Kind.MONEY),
        _MONTHS,
        _REFERENCE,
        v.line(
            "net_amount",
            _("Net"),
            "net_amount",
            _("Before tax, as the document says."),
            Kind.MONEY,
            empty=_("none given"),
        ),
        v.line(
            "tax_amount", _("Tax"), "tax_amount", _("The tax, as the document says."), Kind.MONEY, empty=_("none given")
        ),
        v.line("gross_amount", _("Gross"), "gross_amount", _("The amount on the document, void or not."), Kind.MONEY),
        v.line("entity", ENTITY.label, "entity", ENTITY.help),
        _KNOWN,
        _ENTRY,
    ),
    source=Source.POSITIONS,
    seen_by=MAY[Capability.READ_LEDGER],
)
STATEMENT = Report(
    key="statement",
    title=_("Statement of account"),
    question=_("How did what I owe come about?"),
    how_to_read=_(
        "It begins with the balance before the period. Each row then changes it, in the order of the dates, whatever was "
        "allocated to what: opening balance, plus what was charged, less what was paid or credited, is the closing balance."
    ),
    measures=(_DEBIT, _CREDIT, _MOVED),
    filters=(v.CURRENCY,),
    lines=(
        _ON,
        _KIND,
        _NUMBER,
        v.line("debit", _DEBIT.label, "debit", _DEBIT.help, Kind.MONEY, empty="–"),
        v.line("credit", _CREDIT.label, "credit", _CREDIT.help, Kind.MONEY, empty="–"),
        v.line("moved", _MOVED.label, "moved", _MOVED.help, Kind.MONEY),
        v.line(
            "running_balance", _("Balance after it"), "running_balance", _("What was owed after this row."), Kind.MONEY
        ),
        _REFERENCE,
        _DUE,
        _MONTHS,
        _KNOWN,
        _ENTRY,
    ),
    source=Source.MOVEMENTS,
    sum_label=_("Closing balance"),
    seen_by=MAY[Capability.READ_LEDGER],
)
AGEING = Report(
    key="ageing",
    title=_("Ageing"),
    question=_("Who owes us, and since when?"),
    how_to_read=_(
        "One row is a customer. What is open stands in the column of its age, by due date, as at the last day of the period. "
        "Unallocated payments stand in a column of their own; across, the columns add up to the balance."
    ),
    by=(CUSTOMER,),
    default_by="customer",
    measures=(*BUCKETS, UNALLOCATED, BALANCE),
    filters=(ENTITY, v.CURRENCY),
    source=Source.POSITIONS,
    is_of_house=True,
    is_valued_then=True,
    seen_by=MAY[Capability.READ_ALL_LEDGERS],
)

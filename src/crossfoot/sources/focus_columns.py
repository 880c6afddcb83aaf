"""FOCUS columns (1.0 to 1.4) and which of our raw keys each fills, as SQL over the cells of a file.

Costs as received are what the reseller owes (money.md): they fill keys of Buy alone. Names are matched without case,
spaces and underscores, because exports spell them so and so.
"""

import re
from collections.abc import Mapping, Sequence

from crossfoot.sources.decimals import changed_sql, decimal_sql
from crossfoot.sources.layout import Layout, column

# Every column of the Cost and Usage table from 1.0 to 1.4. Those that fill no key of ours are read by nobody; the
# landed file keeps them.
NAMES = (
    "AllocatedMethodDetails",
    "AllocatedMethodId",
    "AllocatedResourceId",
    "AllocatedResourceName",
    "AllocatedTags",
    "AvailabilityZone",
    "BilledCost",
    "BillingAccountId",
    "BillingAccountName",
    "BillingAccountType",
    "BillingCurrency",
    "BillingPeriodEnd",
    "BillingPeriodStart",
    "CapacityReservationId",
    "CapacityReservationStatus",
    "ChargeCategory",
    "ChargeClass",
    "ChargeDescription",
    "ChargeFrequency",
    "ChargePeriodEnd",
    "ChargePeriodStart",
    "CommitmentDiscountCategory",
    "CommitmentDiscountId",
    "CommitmentDiscountName",
    "CommitmentDiscountQuantity",
    "CommitmentDiscountStatus",
    "CommitmentDiscountType",
    "CommitmentDiscountUnit",
    "CommitmentProgramEligibilityDetails",
    "ConsumedQuantity",
    "ConsumedUnit",
    "ContractApplied",
    "ContractedCost",
    "ContractedUnitPrice",
    "EffectiveCost",
    "HostProviderName",
    "InvoiceDetailId",
    "InvoiceId",
    "InvoiceIssuerName",
    "ListCost",
    "ListUnitPrice",
    "PricingCategory",
    "PricingCurrency",
    "PricingCurrencyContractedUnitPrice",
    "PricingCurrencyEffectiveCost",
    "PricingCurrencyListUnitPrice",
    "PricingQuantity",
    "PricingUnit",
    "ProviderName",
    "PublisherName",
    "RegionId",
    "RegionName",
    "ResourceId",
    "ResourceName",
    "ResourceType",
    "ServiceCategory",
    "ServiceName",
    "ServiceProviderName",
    "ServiceSubcategory",
    "SkuId",
    "SkuMeter",
    "SkuPriceDetails",
    "SkuPriceId",
    "SubAccountId",
    "SubAccountName",
    "SubAccountType",
    "Tags",
)
REQUIRED = ("BillingCurrency", "BillingPeriodStart", "ChargeCategory", "ChargePeriodStart", "ListCost")
ACCOUNTS = ("SubAccountId", "BillingAccountId")
PROJECT = "Enterprise Project"  # the sub-account type of a reseller's export whose accounts are its billing accounts
WORDS: dict[str, tuple[str, ...]] = {
    "ChargeCategory": ("Usage", "Purchase", "Tax", "Credit", "Adjustment"),
    "ChargeFrequency": ("One-Time", "Recurring", "Usage-Based"),
    "PricingCategory": ("Standard", "Dynamic", "Committed", "Other"),
}
PLAIN = {
    "currency": "BillingCurrency",
    "cloud_service_type_name": "ServiceName",
    "service_category": "ServiceCategory",
    "service_subcategory": "ServiceSubcategory",
    "resource_type_name": "ResourceType",
    "product_id": "SkuPriceId",
    "product_name": "ChargeDescription",
    "sku_code": "SkuId",
    "region": "RegionId",
    "region_name": "RegionName",
    "az_code": "AvailabilityZone",
    "resource_id": "ResourceId",
    "resource_name": "ResourceName",
    "resource_tag": "Tags",
    "usage_type": "SkuMeter",
    "usage_unit": "ConsumedUnit",
    "unit": "PricingUnit",
}
AMOUNTS = {
    "official_amount": "ListCost",
    "settlement_amount": "BilledCost",
    "received_contracted_cost": "ContractedCost",
    "received_effective_cost": "EffectiveCost",
}
QUANTITIES = {"usage": "ConsumedQuantity", "unit_price": "ListUnitPrice"}
NULLS = ("", "NULL", "null", "Null")
DECIMALS, DECIMALS_OF_QUANTITY = 8, 10
DAY, CLOCK = "[0-9]{4}-[0-9]{2}-[0-9]{2}", "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
INSTANT = f"'^{DAY}([T ]{CLOCK}([.]0+)?)? ?(Z|UTC|[+]00(:?00)?)?$'"
PLAIN_INSTANT = f"'^{DAY}T{CLOCK}Z$'"
AMOUNT = "an amount such as 12.34 or 1E-7, below 10000000000"
WANTED = {
    "cycle": "the start of a month, such as 2026-10-01T00:00:00Z, or 2026-09-30T16:00:00Z where months begin in GMT+08:00",
    "bill_date": "a time in UTC such as 2026-10-31T15:00:00Z",
    "effective_time": "a time in UTC such as 2026-10-31T15:00:00Z",
    "expire_time": "a time in UTC such as 2026-10-31T15:00:00Z",
    "official_amount": AMOUNT,
    "settlement_amount": AMOUNT,
    "received_contracted_cost": AMOUNT,
    "received_effective_cost": AMOUNT,
}


def plain_name(header: str) -> str:
    """A column's name as it is matched."""
    return re.sub("[^a-z0-9]", "", header.lower())


KNOWN = frozenset(plain_name(name) for name in NAMES)


def find_missing(headers: Sequence[str]) -> list[str]:
    """What a FOCUS file must have and this one has not; the columns that say whose a line is count as one."""
    there = {plain_name(header) for header in headers}
    missing = [name for name in REQUIRED if plain_name(name) not in there]
    if not any(plain_name(name) in there for name in ACCOUNTS):
        missing.append("SubAccountId or BillingAccountId")
    return missing


def find_doubled(headers: Sequence[str]) -> list[str]:
    """Columns of FOCUS that the header names more than once."""
    names = [plain_name(header) for header in headers]
    return sorted(
        {header for header, name in zip(headers, names, strict=True) if name in KNOWN and names.count(name) > 1}
    )


def is_used(header: str) -> bool:
    """True for a column that fills a key of ours."""
    return plain_name(header) in {plain_name(name) for name in _used()}


def focus_layout(headers: Sequence[str], read: Sequence[tuple[str, str]] = ()) -> Layout:
    """The layout of a file with these columns, none of them missing or doubled."""
    at = {name: column(place) for place, header in enumerate(headers) if (name := plain_name(header)) in KNOWN}
    cells = Cells({name: at.get(plain_name(name), "CAST(NULL AS VARCHAR)") for name in _used()})
    return Layout(
        width=len(headers),
        cells=tuple(cells.all().items()),
        names=tuple(_names().items()),
        wanted=tuple(WANTED.items()),
        changed=tuple(cells.changed().items()),
        read=tuple(read),
        nulls=NULLS,
        unknown=tuple(header for header in headers if plain_name(header) not in KNOWN),
        maker="whoever made the export",
        in_utc=cells.in_utc(),
    )


def _used() -> frozenset[str]:
    times = ("BillingPeriodStart", "ChargePeriodStart", "ChargePeriodEnd")
    accounts = (*ACCOUNTS, "SubAccountName", "BillingAccountName", "SubAccountType", "CommitmentDiscountStatus")
    return frozenset({*PLAIN.values(), *AMOUNTS.values(), *QUANTITIES.values(), *WORDS, *times, *accounts})


def _names() -> dict[str, str]:
    others = {
        "cycle": "BillingPeriodStart",
        "bill_date": "ChargePeriodStart",
        "effective_time": "ChargePeriodStart",
        "expire_time": "ChargePeriodEnd",
        "customer_id": "SubAccountId",
        "bill_type": "ChargeCategory",
        "charge_mode": "PricingCategory",
        "charge_frequency": "ChargeFrequency",
    }
    return {**PLAIN, **AMOUNTS, **QUANTITIES, **others}


class Cells:
    """The expressions of one file: `at` is the SQL of every column that is used, null where the file has it not."""

    def __init__(self, at: Mapping[str, str]) -> None:
        """Take where the columns are."""
        self.at = at

    def in_utc(self) -> str:
        """True where days are cut in UTC: a month that begins at 16:00 UTC is one of GMT+08:00, as Huawei cuts them."""
        return f"NOT coalesce(contains({instant_sql(self.at['BillingPeriodStart'])}, 'T16:00:00'), false)"

    def all(self) -> dict[str, str]:
        """Each key's SQL. What cannot be read stays as it came, so that the finding can name it."""
        at = self.at
        start, charged = instant_sql(at["BillingPeriodStart"]), instant_sql(at["ChargePeriodStart"])
        shift = f"CASE WHEN {self.in_utc()} THEN INTERVAL 0 HOUR ELSE INTERVAL 8 HOUR END"
        first = f"{clock_sql(start)} + {shift}"
        is_month = f"day({first}) = 1 AND hour({first}) = 0 AND year({first}) BETWEEN 2000 AND 2199"
        day = f"{clock_sql(charged)} + {shift}"
        is_project = f"coalesce({at['SubAccountType']} = '{PROJECT}', false)"
        account = f"CASE WHEN {is_project} THEN {{0}} ELSE coalesce({{1}}, {{0}}) END"
        return {
            "cycle": f"CASE WHEN {is_month} THEN strftime({first}, '%Y-%m') ELSE {at['BillingPeriodStart']} END",
            "bill_date": f"CASE WHEN year({day}) BETWEEN 2000 AND 2199 THEN strftime({day}, '%Y-%m-%d') "
            f"ELSE {at['ChargePeriodStart']} END",
            "customer_id": account.format(at["BillingAccountId"], at["SubAccountId"]),
            "account_name": account.format(at["BillingAccountName"], at["SubAccountName"]),
            "enterprise_project_id": f"CASE WHEN {is_project} THEN {at['SubAccountId']} END",
            "enterprise_project_name": f"CASE WHEN {is_project} THEN {at['SubAccountName']} END",
            "effective_time": charged,
            "expire_time": instant_sql(at["ChargePeriodEnd"]),
            "bill_type": word_sql(at["ChargeCategory"], "ChargeCategory"),
            "charge_mode": f"CASE WHEN {at['CommitmentDiscountStatus']} IS NOT NULL THEN 'Committed' "
            f"ELSE {word_sql(at['PricingCategory'], 'PricingCategory')} END",
            "charge_frequency": word_sql(at["ChargeFrequency"], "ChargeFrequency"),
            **{key: at[name] for key, name in PLAIN.items()},
            **{key: decimal_sql(at[name], DECIMALS) for key, name in AMOUNTS.items()},
            **{key: decimal_sql(at[name], DECIMALS_OF_QUANTITY) for key, name in QUANTITIES.items()},
        }

    def changed(self) -> dict[str, str]:
        """The cells that are written otherwise than they came: amounts of too many decimals, words spelt their own way."""
        amounts = {key: (at, DECIMALS) for key, at in AMOUNTS.items()}
        quantities = {key: (at, DECIMALS_OF_QUANTITY) for key, at in QUANTITIES.items()}
        found = {
            key: changed_sql(self.at[name], decimals) for key, (name, decimals) in {**amounts, **quantities}.items()
        }
        for key, name in (("bill_type", "ChargeCategory"), ("charge_frequency", "ChargeFrequency")):
            cell = self.at[name]
            found[key] = f"CASE WHEN {cell} <> {word_sql(cell, name)} THEN {cell} END"
        return found


def instant_sql(cell: str) -> str:
    """A time in UTC, with or without its clock and its zone, as `2026-10-31T15:00:00Z`; anything else as it came."""
    return (
        f"CASE WHEN regexp_full_match({cell}, {PLAIN_INSTANT}) THEN {cell} WHEN regexp_matches({cell}, {INSTANT}) "
        f"THEN left({cell}, 10) || 'T' || CASE WHEN length({cell}) >= 19 THEN {cell}[12:19] ELSE '00:00:00' END || 'Z' ELSE {cell} END"
    )


def clock_sql(instant: str) -> str:
    """A time as `instant_sql` writes it; null for anything else, which a cast would take for a date of some kind."""
    return f"try_cast(CASE WHEN regexp_full_match({instant}, {PLAIN_INSTANT}) THEN {instant} END AS TIMESTAMP)"


def word_sql(cell: str, name: str) -> str:
    """One of FOCUS's words however its letters are cased; anything else as it came."""
    cases = " ".join(f"WHEN '{word.lower()}' THEN '{word}'" for word in WORDS[name])
    return f"CASE lower(trim({cell})) {cases} ELSE {cell} END"

"""Makes every second good body one that the server can carry out.

A schema cannot say what check digits, accounts in the census, sums and dates must be, so without this every
creation would be refused and nothing behind it be tested.
"""

import os

import schemathesis
from schemathesis import GenerationMode

ACCOUNT = os.environ["VARCO_IBAN"]
DUE = "2031-12-31T23:59:59"


@schemathesis.hook
def before_call(context, case, kwargs):
    meta = getattr(case, "meta", None)
    if meta is None or meta.generation.mode != GenerationMode.POSITIVE or not isinstance(case.body, dict):
        return
    for position in case.body.get("paymentPositions", [case.body]):
        if isinstance(position, dict) and len(str(position.get("iupd"))) % 2 == 0:
            payable(position)


def payable(position):
    for option in of(position, "paymentOption"):
        option.pop("validityDate", None)
        option.pop("retentionDate", None)
        person(option.get("debtor"))
        for notice in [option, *of(option, "installments")]:
            if "transfer" in notice:
                share(notice)
    position.pop("validityDate", None)
    person(position)


def of(value, name):
    found = value.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def person(value):
    if isinstance(value, dict) and "fiscalCode" in value:
        value.update({"type": "F", "fiscalCode": "RSSMRA80A01H501U"})


def share(notice):
    for name in ("nav", "iuv", "retentionDate", "paymentOptionMetadata", "installmentMetadata"):
        notice.pop(name, None)
    transfers = of(notice, "transfer")
    for number, transfer in enumerate(transfers, start=1):
        transfer.update({"idTransfer": str(number), "amount": 1000 + number, "iban": ACCOUNT})
        transfer.update({"category": "9/0101002IM/"})
        for name in ("stamp", "postalIban", "organizationFiscalCode", "transferMetadata"):
            transfer.pop(name, None)
    notice.update({"amount": sum(one["amount"] for one in transfers), "dueDate": DUE})

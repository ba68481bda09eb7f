from __future__ import annotations

import uuid

import pytest

from agreements.evidence.kantara import receipt
from tests.agreements.evidence.stories import Teller


def test_a_receipt_has_every_field_of_the_specification() -> None:  # Consent Receipt 1.1, section 4
    teller = Teller()
    made = receipt(teller.freeze(), teller.ask("agr_1"), teller.answer("agr_1"), "huurder 7")
    assert set(made) == {
        *("version", "jurisdiction", "consentTimestamp", "collectionMethod", "consentReceiptID", "language"),
        *("piiPrincipalId", "piiControllers", "policyUrl", "services", "sensitive", "spiCat"),
    }
    assert (made["version"], made["consentTimestamp"], made["sensitive"]) == ("KI-CR-v1.1.0", 1795392002, False)
    assert str(uuid.UUID(str(made["consentReceiptID"]))) == made["consentReceiptID"]
    assert made["piiControllers"] == [
        {
            "piiController": "Woonstichting Grachtstad",
            "onBehalf": False,
            "contact": "",
            "email": "privacy@grachtstad.example",
            "phone": "",
            "address": {"streetAddress": "", "postalCode": "", "addressLocality": "", "addressCountry": ""},
        }
    ]
    assert made["services"] == [
        {
            "service": "Woonstichting Grachtstad",
            "purposes": [
                {
                    "purpose": "betalen",
                    "consentType": "EXPLICIT",
                    "purposeCategory": [],
                    "piiCategory": ["contact"],
                    "primaryPurpose": True,
                    "termination": "tot intrekking",
                    "thirdPartyDisclosure": False,
                }
            ],
        }
    ]


def test_a_receipt_is_the_same_each_time() -> None:
    one, other = (
        receipt(teller.freeze(), teller.ask("agr_1"), teller.answer("agr_1"), "7") for teller in (Teller(), Teller())
    )
    assert one == other


def test_a_receipt_is_of_the_language_that_was_read() -> None:
    teller = Teller()
    frozen, asked = teller.freeze(en="May we?"), teller.ask("agr_1")
    assert receipt(frozen, asked, teller.answer("agr_1", language="en"), "7")["language"] == "en"
    assert receipt(frozen, asked, teller.answer("agr_1"), "7")["language"] == "nl"


def test_there_is_no_receipt_of_a_no() -> None:
    teller = Teller()
    with pytest.raises(ValueError, match="yes"):
        receipt(teller.freeze(), teller.ask("agr_1"), teller.answer("agr_1", "no"), "7")

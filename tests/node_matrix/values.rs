//! Values that the node's tests try one by one, besides missing, empty and over-long ones.

use varco::node::Version;

use super::answers;
use super::broken::{Ask, INVALID, Reply, ask, assert_found};
use super::edit::{Edit, edit};

macro_rules! refused {
    ($ask:expr, $answer:expr; $($name:ident: $path:literal = $value:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let value: String = $value.to_string();
            let message = edit(&$answer, $path, Edit::Set(&value));
            let exchange = ask($ask, Reply::xml(message)).await;
            let path = format!("/{}/{}", $ask.root(), $path);
            assert_found(&exchange, "schema-value", &path, Some(INVALID));
        }
    )*};
}

/// The amounts that are no amounts.
macro_rules! amounts {
    ($ask:expr, $answer:expr; $($module:ident: $path:literal;)*) => {$(
        mod $module {
            use super::*;

            refused! { $ask, $answer;
                zero: $path = "0.00";
                a_comma: $path = "10,89";
                three_decimals: $path = "12.456";
                one_decimal: $path = "1.1";
                no_decimals: $path = "105";
                more_than_the_most: $path = "1000000000.00";
                a_sign: $path = "+10.00";
                a_negative_sum: $path = "-10.00";
                an_exponent: $path = "1.00e2";
                a_thousands_separator: $path = "1.000.00";
                digits_of_another_script: $path = "١٢.٠٠";
                blanks_inside: $path = "1 0.00";
            }
        }
    )*};
}

mod verify {
    use super::*;

    const ASK: Ask = Ask::Verify;

    amounts! { ASK, answers::verify();
        amount: "paymentList/paymentOptionDescription/amount";
    }
    refused! { ASK, answers::verify();
        outcome_other_than_ok_or_ko: "outcome" = "NOK";
        outcome_in_lower_case: "outcome" = "ok";
        due_date_with_the_day_first: "paymentList/paymentOptionDescription/dueDate" = "30-06-2027";
        due_date_with_the_month_first: "paymentList/paymentOptionDescription/dueDate" = "06-30-2027";
        due_date_as_a_date_time: "paymentList/paymentOptionDescription/dueDate" = "2027-06-30T12:00:00";
        due_date_empty: "paymentList/paymentOptionDescription/dueDate" = "";
        detail_empty: "paymentList/paymentOptionDescription/detailDescription" = "";
        detail_over_long: "paymentList/paymentOptionDescription/detailDescription" = "x".repeat(141);
        office_empty: "officeName" = "";
        office_over_long: "officeName" = "x".repeat(141);
        institution_with_letters: "fiscalCodePA" = "9900001001A";
    }
}

mod demand {
    use super::*;

    const ASK: Ask = Ask::Demand;

    amounts! { ASK, answers::demand();
        amount: "paymentList/paymentOptionDescription/amount";
    }
    refused! { ASK, answers::demand();
        notice_with_letters: "qrCode/noticeNumber" = "30200000000000018A";
        notice_too_short: "qrCode/noticeNumber" = "30200000000000018";
        institution_of_the_notice_with_letters: "qrCode/fiscalCode" = "9900001001A";
        due_date_as_a_date_time: "paymentList/paymentOptionDescription/dueDate" = "2027-06-30T12:00:00";
    }
}

/// What both versions of the activation share.
macro_rules! payment {
    ($ask:expr, $answer:expr) => {
        amounts! { $ask, $answer;
            payment_amount: "data/paymentAmount";
            transfer_amount: "data/transferList/transfer/transferAmount";
        }
        refused! { $ask, $answer;
            outcome_other_than_ok_or_ko: "outcome" = "OOK";
            id_transfer_a_letter: "data/transferList/transfer/idTransfer" = "A";
            id_transfer_eleven: "data/transferList/transfer/idTransfer" = "11";
            id_transfer_six: "data/transferList/transfer/idTransfer" = "6";
            id_transfer_zero: "data/transferList/transfer/idTransfer" = "0";
            institution_with_letters: "data/transferList/transfer/fiscalCodePA" = "9900001001A";
            institution_of_twelve_digits: "data/transferList/transfer/fiscalCodePA" = "990000100199";
            due_date_with_the_day_first: "data/dueDate" = "30-06-2027";
            due_date_with_the_month_first: "data/dueDate" = "06-30-2027";
            due_date_as_a_date_time: "data/dueDate" = "2027-06-30T12:00:00";
            due_date_of_no_calendar: "data/dueDate" = "2027-02-30";
            retention_date_without_time: "data/retentionDate" = "2027-06-30";
            retention_date_empty: "data/retentionDate" = "";
            last_payment_that_is_no_boolean: "data/lastPayment" = "2";
            last_payment_as_a_word: "data/lastPayment" = "si";
            last_payment_empty: "data/lastPayment" = "";
            entity_type_of_another_letter: "data/debtor/uniqueIdentifier/entityUniqueIdentifierType" = "A";
            identifier_of_17_characters:
                "data/debtor/uniqueIdentifier/entityUniqueIdentifierValue" = "x".repeat(17);
            identifier_of_one_character: "data/debtor/uniqueIdentifier/entityUniqueIdentifierValue" = "x";
            street_empty: "data/debtor/streetName" = "";
            street_over_long: "data/debtor/streetName" = "x".repeat(71);
            civic_number_empty: "data/debtor/civicNumber" = "";
            civic_number_of_17_characters: "data/debtor/civicNumber" = "x".repeat(17);
            postal_code_empty: "data/debtor/postalCode" = "";
            postal_code_of_17_characters: "data/debtor/postalCode" = "x".repeat(17);
            city_empty: "data/debtor/city" = "";
            city_over_long: "data/debtor/city" = "x".repeat(36);
            province_empty: "data/debtor/stateProvinceRegion" = "";
            province_over_long: "data/debtor/stateProvinceRegion" = "x".repeat(36);
            country_empty: "data/debtor/country" = "";
            country_of_three_letters: "data/debtor/country" = "ITA";
            country_in_lower_case: "data/debtor/country" = "it";
            e_mail_empty: "data/debtor/e-mail" = "";
            e_mail_without_at: "data/debtor/e-mail" = "gianna.example.it";
            e_mail_over_long: "data/debtor/e-mail" = format!("{}@example.it", "x".repeat(250));
            company_empty: "data/companyName" = "";
            company_over_long: "data/companyName" = "x".repeat(141);
            office_empty: "data/officeName" = "";
            office_over_long: "data/officeName" = "x".repeat(141);
        }
    };
}

mod get_v1 {
    use super::*;

    const ASK: Ask = Ask::Get(Version::V1);

    payment!(ASK, answers::get_v1());
}

mod get_v2 {
    use super::*;

    const ASK: Ask = Ask::Get(Version::V2);

    payment!(ASK, answers::get_v2());
    refused! { ASK, answers::get_v2();
        company_of_a_transfer_empty: "data/transferList/transfer/companyName" = "";
        company_of_a_transfer_over_long: "data/transferList/transfer/companyName" = "x".repeat(141);
    }
    refused! { ASK, edit(&answers::get_with_stamp(), "data/transferList/transfer", Edit::Remove);
        a_stamp_of_another_kind: "data/transferList/transfer/richiestaMarcaDaBollo/tipoBollo" = "02";
        a_stamp_for_a_province_in_lower_case:
            "data/transferList/transfer/richiestaMarcaDaBollo/provinciaResidenza" = "rm";
        a_stamp_whose_hash_is_no_base64:
            "data/transferList/transfer/richiestaMarcaDaBollo/hashDocumento" = "not base64!";
    }
}

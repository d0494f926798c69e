//! Every mandatory element of every answer: removed, emptied, and longer than it may be.

use varco::node::Version;

use super::answers;
use super::broken::{Ask, INVALID, Reply, ask, assert_found};
use super::edit::{Edit, edit};

async fn breaks(what: Ask, message: String, rule: &str, below: &str) {
    let exchange = ask(what, Reply::xml(message)).await;
    assert_found(&exchange, rule, &format!("/{}/{below}", what.root()), Some(INVALID));
}

/// Values: each element may neither be missing, nor be empty, nor hold the text given last.
macro_rules! values {
    ($ask:expr, $answer:expr; $($name:ident: $path:literal $missing:literal $long:expr;)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test]
            async fn is_removed() {
                breaks($ask, edit(&$answer, $path, Edit::Remove), $missing, $path).await;
            }

            #[tokio::test]
            async fn is_emptied() {
                breaks($ask, edit(&$answer, $path, Edit::Empty), "schema-value", $path).await;
            }

            #[tokio::test]
            async fn is_too_long() {
                let long: String = $long.to_string();
                breaks($ask, edit(&$answer, $path, Edit::Set(&long)), "schema-value", $path).await;
            }
        }
    )*};
}

/// Wrappers: each may neither be missing nor be empty; then the child given is missed.
macro_rules! wrappers {
    ($ask:expr, $answer:expr; $($name:ident: $path:literal $missing:literal $child:literal;)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test]
            async fn is_removed() {
                breaks($ask, edit(&$answer, $path, Edit::Remove), $missing, $path).await;
            }

            #[tokio::test]
            async fn is_emptied() {
                let path = concat!($path, "/", $child);
                breaks($ask, edit(&$answer, $path, Edit::Empty), "schema-missing", path).await;
            }
        }
    )*};
}

fn long(length: usize) -> String {
    "x".repeat(length)
}

mod verify {
    use super::*;

    const ASK: Ask = Ask::Verify;

    values! { ASK, answers::verify();
        outcome: "outcome" "schema-missing" "OKK";
        amount: "paymentList/paymentOptionDescription/amount" "schema-missing" "1000000000.00";
        options: "paymentList/paymentOptionDescription/options" "schema-missing" "EQUAL";
        all_ccp: "paymentList/paymentOptionDescription/allCCP" "schema-missing" "falsely";
        payment_description: "paymentDescription" "mandatory" long(141);
        fiscal_code: "fiscalCodePA" "mandatory" "999999999999";
        company_name: "companyName" "mandatory" long(141);
    }
    wrappers! { ASK, answers::verify();
        payment_list: "paymentList" "mandatory" "paymentOptionDescription";
        payment_option: "paymentList/paymentOptionDescription" "schema-missing" "amount";
    }
}

mod demand {
    use super::*;

    const ASK: Ask = Ask::Demand;

    values! { ASK, answers::demand();
        outcome: "outcome" "schema-missing" "OKK";
        qr_fiscal_code: "qrCode/fiscalCode" "schema-missing" "999999999999";
        qr_notice_number: "qrCode/noticeNumber" "schema-missing" "3020000000000001841";
        amount: "paymentList/paymentOptionDescription/amount" "schema-missing" "1000000000.00";
        options: "paymentList/paymentOptionDescription/options" "schema-missing" "EQUAL";
        all_ccp: "paymentList/paymentOptionDescription/allCCP" "schema-missing" "falsely";
        payment_description: "paymentDescription" "mandatory" long(141);
        fiscal_code: "fiscalCodePA" "mandatory" "999999999999";
        company_name: "companyName" "mandatory" long(141);
    }
    wrappers! { ASK, answers::demand();
        qr_code: "qrCode" "mandatory" "fiscalCode";
        payment_list: "paymentList" "mandatory" "paymentOptionDescription";
        payment_option: "paymentList/paymentOptionDescription" "schema-missing" "amount";
    }
}

/// What both versions of the activation share.
macro_rules! payment {
    ($ask:expr, $answer:expr) => {
        values! { $ask, $answer;
            outcome: "outcome" "schema-missing" "OKK";
            creditor_reference: "data/creditorReferenceId" "schema-missing" long(36);
            payment_amount: "data/paymentAmount" "schema-missing" "1000000000.00";
            due_date: "data/dueDate" "schema-missing" "2027-06-300";
            description: "data/description" "schema-missing" long(141);
            entity_type: "data/debtor/uniqueIdentifier/entityUniqueIdentifierType" "schema-missing" "FF";
            entity_value: "data/debtor/uniqueIdentifier/entityUniqueIdentifierValue" "schema-missing" long(17);
            full_name: "data/debtor/fullName" "schema-missing" long(71);
            id_transfer: "data/transferList/transfer/idTransfer" "schema-missing" "11";
            transfer_amount: "data/transferList/transfer/transferAmount" "schema-missing" "1000000000.00";
            transfer_ec: "data/transferList/transfer/fiscalCodePA" "schema-missing" "999999999999";
            remittance: "data/transferList/transfer/remittanceInformation" "schema-missing" long(141);
            category: "data/transferList/transfer/transferCategory" "schema-missing" long(141);
            transfer_key: "data/transferList/transfer/metadata/mapEntry/key" "schema-missing" long(141);
            transfer_value: "data/transferList/transfer/metadata/mapEntry/value" "schema-missing" long(141);
            key: "data/metadata/mapEntry/key" "schema-missing" long(141);
            value: "data/metadata/mapEntry/value" "schema-missing" long(141);
        }
        wrappers! { $ask, $answer;
            data: "data" "mandatory" "creditorReferenceId";
            debtor: "data/debtor" "schema-missing" "uniqueIdentifier";
            unique_identifier: "data/debtor/uniqueIdentifier" "schema-missing" "entityUniqueIdentifierType";
            transfer_list: "data/transferList" "schema-missing" "transfer";
            transfer_map_entry: "data/transferList/transfer/metadata/mapEntry" "schema-missing" "key";
            map_entry: "data/metadata/mapEntry" "schema-missing" "key";
        }

        #[tokio::test]
        async fn a_transfer_is_emptied() {
            let message = edit(&$answer, "data/transferList/transfer", Edit::Empty);
            breaks($ask, message, "schema-missing", "data/transferList/transfer/idTransfer").await;
        }

        #[tokio::test]
        async fn metadata_are_emptied() {
            let message = edit(&$answer, "data/metadata", Edit::Empty);
            breaks($ask, message, "schema-missing", "data/metadata/mapEntry").await;
        }

        #[tokio::test]
        async fn the_metadata_of_a_transfer_are_emptied() {
            let message = edit(&$answer, "data/transferList/transfer/metadata", Edit::Empty);
            breaks($ask, message, "schema-missing", "data/transferList/transfer/metadata/mapEntry").await;
        }
    };
}

mod get_v1 {
    use super::*;

    const ASK: Ask = Ask::Get(Version::V1);

    payment!(ASK, answers::get_v1());
    values! { ASK, answers::get_v1();
        iban: "data/transferList/transfer/IBAN" "schema-missing" long(36);
    }
}

mod get_v2 {
    use super::*;

    const ASK: Ask = Ask::Get(Version::V2);

    payment!(ASK, answers::get_v2());
    values! { ASK, answers::get_v2();
        company_name: "data/companyName" "schema-missing" long(141);
    }

    #[tokio::test]
    async fn a_transfer_has_neither_account_nor_stamp() {
        let message = edit(&answers::get_v2(), "data/transferList/transfer/IBAN", Edit::Remove);
        let place = "data/transferList/transfer/IBAN or richiestaMarcaDaBollo";
        breaks(ASK, message, "schema-missing", place).await;
    }

    #[tokio::test]
    async fn an_account_is_emptied() {
        let message = edit(&answers::get_v2(), "data/transferList/transfer/IBAN", Edit::Empty);
        breaks(ASK, message, "schema-value", "data/transferList/transfer/IBAN").await;
    }

    #[tokio::test]
    async fn an_account_is_too_long() {
        let message = edit(&answers::get_v2(), "data/transferList/transfer/IBAN", Edit::Set(&long(36)));
        breaks(ASK, message, "schema-value", "data/transferList/transfer/IBAN").await;
    }

    /// The first transfer of the message is the account, the second the stamp.
    fn stamp(element: &str, change: Edit<'_>) -> String {
        let message = edit(&answers::get_with_stamp(), "data/transferList/transfer", Edit::Remove);
        let message = edit(&message, "data/paymentAmount", Edit::Set("20.00"));
        edit(&message, &format!("data/transferList/transfer/richiestaMarcaDaBollo{element}"), change)
    }

    macro_rules! stamps {
        ($($name:ident: $path:literal $long:expr;)*) => {$(
            mod $name {
                use super::*;

                const PLACE: &str = concat!("data/transferList/transfer/richiestaMarcaDaBollo/", $path);

                #[tokio::test]
                async fn is_removed() {
                    breaks(ASK, stamp(concat!("/", $path), Edit::Remove), "schema-missing", PLACE).await;
                }

                #[tokio::test]
                async fn is_emptied() {
                    breaks(ASK, stamp(concat!("/", $path), Edit::Empty), "schema-value", PLACE).await;
                }

                #[tokio::test]
                async fn is_too_long() {
                    let long: String = $long.to_string();
                    breaks(ASK, stamp(concat!("/", $path), Edit::Set(&long)), "schema-value", PLACE).await;
                }
            }
        )*};
    }

    stamps! {
        stamp_hash: "hashDocumento" "A".repeat(76);
        stamp_kind: "tipoBollo" "011";
        stamp_province: "provinciaResidenza" "ROM";
    }

    #[tokio::test]
    async fn a_stamp_is_emptied() {
        let place = "data/transferList/transfer/richiestaMarcaDaBollo/hashDocumento";
        breaks(ASK, stamp("", Edit::Empty), "schema-missing", place).await;
    }
}

/// The answers to both versions of the receipt, which are OK or a fault.
macro_rules! acknowledgement {
    ($version:expr) => {
        use super::*;

        const ASK: Ask = Ask::Receipt($version);

        values! { ASK, answers::receipt(ASK.root());
            outcome: "outcome" "schema-missing" "OKK";
        }
    };
}

mod send_rt_v1 {
    acknowledgement!(Version::V1);
}

mod send_rt_v2 {
    acknowledgement!(Version::V2);
}

/// The fault of a refusal, the same in every operation.
macro_rules! faults {
    ($($name:ident: $ask:expr;)*) => {$(
        mod $name {
            use super::*;

            fn refusal(element: &str, change: Edit<'_>) -> String {
                edit(&answers::ko($ask.root(), "PAA_SYSTEM_ERROR"), element, change)
            }

            async fn misses(element: &str) {
                breaks($ask, refusal(element, Edit::Remove), "schema-missing", element).await;
            }

            async fn says_nothing(element: &str) {
                breaks($ask, refusal(element, Edit::Empty), "fault-empty", element).await;
            }

            #[tokio::test]
            async fn code_is_removed() {
                misses("fault/faultCode").await;
            }

            #[tokio::test]
            async fn code_is_emptied() {
                says_nothing("fault/faultCode").await;
            }

            #[tokio::test]
            async fn string_is_removed() {
                misses("fault/faultString").await;
            }

            #[tokio::test]
            async fn string_is_emptied() {
                says_nothing("fault/faultString").await;
            }

            #[tokio::test]
            async fn id_is_removed() {
                misses("fault/id").await;
            }

            #[tokio::test]
            async fn id_is_emptied() {
                says_nothing("fault/id").await;
            }

            #[tokio::test]
            async fn fault_is_removed() {
                breaks($ask, refusal("fault", Edit::Remove), "ko-without-fault", "fault").await;
            }

            #[tokio::test]
            async fn fault_is_emptied() {
                breaks($ask, refusal("fault", Edit::Empty), "schema-missing", "fault/faultCode").await;
            }
        }
    )*};
}

faults! {
    fault_of_verify: Ask::Verify;
    fault_of_get_v1: Ask::Get(Version::V1);
    fault_of_get_v2: Ask::Get(Version::V2);
    fault_of_send_rt_v1: Ask::Receipt(Version::V1);
    fault_of_send_rt_v2: Ask::Receipt(Version::V2);
    fault_of_demand: Ask::Demand;
}

//! What the node accepts, however seldom it is seen: nothing is found.

use varco::node::Version;
use varco::node::judge::Verdict;
use varco::wire::common::TransferChannel;

use super::answers;
use super::broken::{Ask, Reply, ask, text, told};
use super::edit::{Edit, edit};

macro_rules! accepted {
    ($($name:ident: $ask:expr, $answer:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            let exchange = ask($ask, Reply::xml($answer)).await;
            assert_eq!(told(&exchange), [""; 0], "{}", text(&exchange));
            let Verdict { seen_by_psp, answer, .. } = exchange.verdict;
            assert_eq!((seen_by_psp, answer.is_some()), (None, true));
        }
    )*};
}

const V1: Ask = Ask::Get(Version::V1);
const V2: Ask = Ask::Get(Version::V2);

accepted! {
    verify_as_it_is: Ask::Verify, answers::verify();
    get_v1_as_it_is: V1, answers::get_v1();
    get_v2_as_it_is: V2, answers::get_v2();
    get_v2_with_a_stamp: V2, answers::get_with_stamp();
    send_rt_v1_as_it_is: Ask::Receipt(Version::V1), answers::receipt("paSendRTRes");
    send_rt_v2_as_it_is: Ask::Receipt(Version::V2), answers::receipt("paSendRTV2Response");
    demand_as_it_is: Ask::Demand, answers::demand();
    no_header: Ask::Verify, answers::verify().replace("<soapenv:Header/>", "");
    a_header_with_content: Ask::Verify,
        answers::verify().replace("<soapenv:Header/>", "<soapenv:Header><a>b</a></soapenv:Header>");
    no_declaration: V1, answers::get_v1().split_once("?>").unwrap().1.trim().to_owned();
    a_byte_order_mark: V2, format!("\u{feff}{}", answers::get_v2());
    another_prefix: Ask::Verify, answers::verify().replace("soapenv", "SOAP-ENV").replace("paf:", "ns6:")
        .replace(":paf", ":ns6");
    the_longest_description: V1, edit(&answers::get_v1(), "data/description", Edit::Set(&"à".repeat(140)));
    other_postal_accounts: Ask::GetFor(TransferChannel::Postal),
        answers::get_v2().replace(answers::IBAN, answers::POSTAL_IBAN);
    alternative_accounts_everywhere: Ask::GetFor(TransferChannel::Pagopa),
        answers::get_v2().replace("CAPITOLO", "IBANAPPOGGIO").replace("<value>12<", &format!("<value>{}<", answers::POSTAL_IBAN));
}

macro_rules! without {
    ($ask:expr, $answer:expr; $($name:ident: $path:literal;)*) => {$(
        accepted! { $name: $ask, edit(&$answer, $path, Edit::Remove); }
    )*};
}

mod verify_without {
    use super::*;

    without! { Ask::Verify, answers::verify();
        office: "officeName";
        due_date: "paymentList/paymentOptionDescription/dueDate";
        detail: "paymentList/paymentOptionDescription/detailDescription";
    }
}

mod demand_without {
    use super::*;

    without! { Ask::Demand, answers::demand();
        office: "officeName";
        due_date: "paymentList/paymentOptionDescription/dueDate";
        detail: "paymentList/paymentOptionDescription/detailDescription";
    }
}

/// What may be missing in both versions of the activation.
macro_rules! optional {
    ($ask:expr, $answer:expr) => {
        without! { $ask, $answer;
            office: "data/officeName";
            retention_date: "data/retentionDate";
            last_payment: "data/lastPayment";
            street: "data/debtor/streetName";
            civic_number: "data/debtor/civicNumber";
            postal_code: "data/debtor/postalCode";
            city: "data/debtor/city";
            province: "data/debtor/stateProvinceRegion";
            country: "data/debtor/country";
            e_mail: "data/debtor/e-mail";
            metadata: "data/metadata";
            metadata_of_a_transfer: "data/transferList/transfer/metadata";
        }
    };
}

mod get_v1_without {
    use super::*;

    optional!(V1, answers::get_v1());
    without! { V1, answers::get_v1(); company: "data/companyName"; }
}

mod get_v2_without {
    use super::*;

    optional!(V2, answers::get_v2());
    without! { V2, answers::get_v2(); company_of_a_transfer: "data/transferList/transfer/companyName"; }
}

mod values {
    use super::*;

    macro_rules! with {
        ($($name:ident: $path:literal = $value:literal;)*) => {$(
            accepted! { $name: V2, edit(&answers::get_v2(), $path, Edit::Set($value)); }
        )*};
    }

    with! {
        a_boolean_as_a_word: "data/lastPayment" = "false";
        a_moment_with_fraction_and_offset: "data/retentionDate" = "2027-06-30T12:00:00.123+02:00";
        a_moment_in_utc: "data/retentionDate" = "2027-06-30T12:00:00Z";
        an_anonymous_debtor: "data/debtor/uniqueIdentifier/entityUniqueIdentifierValue" = "ANONIMO";
        a_body_as_debtor: "data/debtor/uniqueIdentifier/entityUniqueIdentifierType" = "G";
        markup_that_is_escaped: "data/description" = "Tassa &lt;rifiuti&gt; &amp; altro";
        a_category_that_asks_for_no_request_to_pay: "data/transferList/transfer/transferCategory"
            = "8/0101100IM/";
    }
}

//! Each scenario that comes with the program, against our own gateway.

use varco::node::report::{Colour, Ending, told};
use varco::node::scenario::{Player, SHIPPED, Scenario};

use super::demo::Demo;

/// One test for each scenario, and one that none is left out.
macro_rules! scenarios {
    ($($test:ident = $name:literal;)*) => {
        $(
            #[tokio::test]
            async fn $test() {
                passes($name).await;
            }
        )*

        #[test]
        fn every_scenario_that_is_shipped_has_its_test() {
            let mut tested = vec![$($name),*];
            let mut shipped: Vec<_> = SHIPPED.iter().map(|shipped| shipped.name).collect();
            tested.sort();
            shipped.sort();
            assert_eq!(tested, shipped);
        }
    };
}

scenarios! {
    ec_psp_01_passes = "EC-PSP-01";
    ec_psp_02_passes = "EC-PSP-02";
    ec_psp_02m_passes = "EC-PSP-02M";
    ec_psp_04_passes = "EC-PSP-04";
    activated_again_passes = "activated-again";
    another_amount_passes = "another-amount";
    at_once_passes = "at-once";
    broadcast_reordered_passes = "broadcast-reordered";
    broadcast_passes = "broadcast";
    cancelled_passes = "cancelled";
    demand_passes = "demand";
    duplicate_receipt_passes = "duplicate-receipt";
    expired_passes = "expired";
    late_receipt_passes = "late-receipt";
    paid_twice_passes = "paid-twice";
    paid_passes = "paid";
    pay_v1_passes = "pay-v1";
    pay_v2_passes = "pay-v2";
    postal_elsewhere_passes = "postal-elsewhere";
    postal_passes = "postal";
    probe_passes = "probe";
    receipts_reordered_passes = "receipts-reordered";
    stamp_passes = "stamp";
    stand_in_receipt_passes = "stand-in-receipt";
    unknown_receipt_passes = "unknown-receipt";
    unknown_passes = "unknown";
    versions_mixed_passes = "versions-mixed";
    wrong_broker_passes = "wrong-broker";
    wrong_institution_passes = "wrong-institution";
    wrong_station_passes = "wrong-station";
}

/// The test cases that the node's operator asks for, as the activation plan names them.
#[test]
fn the_test_cases_of_the_activation_plan_are_shipped() {
    use varco::domain::activation::Step;
    for step in [Step::EcPsp01, Step::EcPsp02, Step::EcPsp02M, Step::EcPsp04] {
        let shipped = SHIPPED.iter().find(|shipped| shipped.name == step.word()).unwrap();
        let scenario = Scenario::read(shipped.file, shipped.text).unwrap();
        assert_eq!(scenario.certifies.as_deref(), Some(step.word()));
    }
}

async fn passes(name: &str) {
    let demo = Demo::start();
    let shipped = SHIPPED.iter().find(|shipped| shipped.name == name).unwrap();
    let scenario = Scenario::read(shipped.file, shipped.text).unwrap();
    let case = Player::new(demo.target()).play(&scenario, &demo.variables(), &[]).await;
    assert_eq!(case.ending, Ending::Passed, "{}", told(&case, Colour::Off));
    assert!(case.steps.iter().any(|step| !step.exchanges.is_empty()), "something was asked");
    assert_eq!(case.notices.len(), scenario.notices.len());
}

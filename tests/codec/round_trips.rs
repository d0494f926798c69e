//! What is written is read back, and says the same.

use crate::payload::{request, response};
use crate::sample::Sampler;
use varco::soap::{self, Limits};
use varco::wire::Writer;
use varco::wire::pa_for_node::Operation;

#[test]
fn every_request_survives_writing_and_reading() {
    let mut sampler = Sampler::new(1);
    for operation in Operation::ALL {
        for _ in 0..250 {
            let payload = sampler.payload(operation.request_root().local);
            let first = request(&payload).unwrap_or_else(|error| panic!("{error}: {payload}"));
            assert_eq!(first.operation(), operation);
            let mut writer = Writer::new();
            first.write(&mut writer);
            let text = String::from_utf8(writer.finish()).unwrap();
            assert_eq!(request(&text).unwrap_or_else(|error| panic!("{error}: {text}")), first);
            let message = soap::write_request(&first);
            assert_eq!(soap::read_request(&message, &Limits::default()).unwrap(), first);
        }
    }
}

#[test]
fn every_response_survives_writing_and_reading() {
    let mut sampler = Sampler::new(2);
    for operation in Operation::ALL {
        for _ in 0..250 {
            let payload = sampler.payload(operation.response_root().local);
            let first = response(&payload).unwrap_or_else(|error| panic!("{error}: {payload}"));
            assert_eq!(first.operation(), operation);
            let message = soap::write_response(&first);
            assert_eq!(soap::read_response(&message, operation, &Limits::default()).unwrap(), first);
        }
    }
}

#[test]
fn texts_do_not_print_themselves() {
    let mut sampler = Sampler::new(3);
    let payload = sampler.payload("paSendRTV2Request").replace("<fullName>", "<fullName>MARIO");
    if let Ok(request) = request(&payload) {
        let printed = format!("{request:?}");
        assert!(!printed.contains("MARIO") && printed.contains("Text70("), "{printed}");
    }
}

#[test]
fn what_is_written_has_no_declaration_it_does_not_need() {
    let payload = "<x:paSendRTRes xmlns:x=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\"><outcome>OK</outcome></x:paSendRTRes>";
    let message = soap::write_response(&response(payload).unwrap());
    let want = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
        <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\"><soapenv:Body>\
        <pafn:paSendRTRes xmlns:pafn=\"http://pagopa-api.pagopa.gov.it/pa/paForNode.xsd\">\
        <outcome>OK</outcome></pafn:paSendRTRes></soapenv:Body></soapenv:Envelope>";
    assert_eq!(String::from_utf8(message).unwrap(), want);
}

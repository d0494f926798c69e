//! What the four services of the old interface have in common.

use crate::wire::{
    Name, Reader, Violation, Writer, pagamenti_telematici_ccp, pagamenti_telematici_rpt,
    pagamenti_telematici_rt, richiesta_avvisi,
};

/// The operations of a service, with their messages.
pub trait Service: Copy + 'static {
    /// What a caller asks, with its block of the header.
    type Request;
    /// What the service answers.
    type Response;

    /// All operations.
    fn all() -> &'static [Self];
    /// The name in the service description.
    fn name(self) -> &'static str;
    /// The value of the SOAPAction header.
    fn soap_action(self) -> &'static str;
    /// The element that asks.
    fn request_root(self) -> &'static Name;
    /// The element that answers.
    fn response_root(self) -> &'static Name;
    /// The element in the header that goes before the one that asks.
    fn header_root(self) -> Option<&'static Name>;
    /// Reads a request, from the block of the header and the payload where the readers stand.
    fn read_request(self, header: &mut Reader<'_>, from: &mut Reader<'_>)
    -> Result<Self::Request, Violation>;
    /// Reads a response.
    fn read_response(self, from: &mut Reader<'_>) -> Result<Self::Response, Violation>;
    /// The operation of a request.
    fn of(request: &Self::Request) -> Self;
    /// Writes the block of the header, if the operation has one.
    fn write_header(request: &Self::Request, to: &mut Writer);
    /// Writes the payload of a request.
    fn write_request(request: &Self::Request, to: &mut Writer);
    /// Writes the payload of a response.
    fn write_response(response: &Self::Response, to: &mut Writer);
}

macro_rules! services {
    ($($module:ident),+) => {$(
        impl Service for $module::Operation {
            type Request = $module::Request;
            type Response = $module::Response;

            fn all() -> &'static [Self] {
                &Self::ALL
            }
            fn name(self) -> &'static str {
                self.name()
            }
            fn soap_action(self) -> &'static str {
                self.soap_action()
            }
            fn request_root(self) -> &'static Name {
                self.request_root()
            }
            fn response_root(self) -> &'static Name {
                self.response_root()
            }
            fn header_root(self) -> Option<&'static Name> {
                self.header_root()
            }
            fn read_request(
                self,
                header: &mut Reader<'_>,
                from: &mut Reader<'_>,
            ) -> Result<Self::Request, Violation> {
                $module::Request::read(self, header, from)
            }
            fn read_response(self, from: &mut Reader<'_>) -> Result<Self::Response, Violation> {
                $module::Response::read(self, from)
            }
            fn of(request: &Self::Request) -> Self {
                request.operation()
            }
            fn write_header(request: &Self::Request, to: &mut Writer) {
                request.write_header(to);
            }
            fn write_request(request: &Self::Request, to: &mut Writer) {
                request.write(to);
            }
            fn write_response(response: &Self::Response, to: &mut Writer) {
                response.write(to);
            }
        }
    )+};
}

services!(pagamenti_telematici_ccp, pagamenti_telematici_rt, pagamenti_telematici_rpt, richiesta_avvisi);

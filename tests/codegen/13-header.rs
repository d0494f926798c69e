// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n13_header`.
pub mod n13_header {
    /// What a caller can ask of the service.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Operation {
        /// `ask`: Ask.
        Ask,
        /// `plain`: Ask nobody.
        Plain,
    }
    impl Operation {
        /// All operations, by name.
        pub const ALL: [Operation; 2] = [Operation::Ask, Operation::Plain];
        /// The name in the service description.
        pub const fn name(self) -> &'static str {
            match self {
                Operation::Ask => "ask",
                Operation::Plain => "plain",
            }
        }
        /// The value of the SOAPAction header.
        pub const fn soap_action(self) -> &'static str {
            match self {
                Operation::Ask => "urn:ask",
                Operation::Plain => "urn:plain",
            }
        }
        /// The element that asks.
        pub const fn request_root(self) -> &'static super::Name {
            match self {
                Operation::Ask => &tag::ASK,
                Operation::Plain => &tag::PLAIN,
            }
        }
        /// The element that answers.
        pub const fn response_root(self) -> &'static super::Name {
            match self {
                Operation::Ask => &tag::ASK_RESPONSE,
                Operation::Plain => &tag::ASK_RESPONSE,
            }
        }
        /// The element that goes before the one that asks, in the header of the envelope.
        pub const fn header_root(self) -> Option<&'static super::Name> {
            match self {
                Operation::Ask => Some(&tag::WHO),
                Operation::Plain => None,
            }
        }
    }
    /// What a caller asks, whatever the operation.
    #[allow(
        clippy::large_enum_variant,
        reason = "one message lives at a time; a box costs more than the room"
    )]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Request {
        /// Of `ask`.
        Ask(super::Token, super::PlainText),
        /// Of `plain`.
        Plain(super::PlainText),
    }
    impl Request {
        /// The operation it belongs to.
        pub const fn operation(&self) -> Operation {
            match self {
                Request::Ask(..) => Operation::Ask,
                Request::Plain(..) => Operation::Plain,
            }
        }
        /// Reads the payload of an operation, from the element where the reader stands, and its block from that of the header.
        pub fn read(
            operation: Operation,
            header: &mut super::Reader<'_>,
            from: &mut super::Reader<'_>,
        ) -> Result<Self, super::Violation> {
            Ok(
                match operation {
                    Operation::Ask => {
                        Request::Ask(header.one(&tag::WHO)?, from.one(&tag::ASK)?)
                    }
                    Operation::Plain => Request::Plain(from.one(&tag::PLAIN)?),
                },
            )
        }
        /// Writes the payload.
        pub fn write(&self, to: &mut super::Writer) {
            const PREFIXES: &[(&str, &str)] = &[("t", "urn:t")];
            match self {
                Request::Ask(_, value) => to.root(&tag::ASK, PREFIXES, value),
                Request::Plain(value) => to.root(&tag::PLAIN, PREFIXES, value),
            }
        }
        /// Writes the block of the header, if the operation has one.
        pub fn write_header(&self, to: &mut super::Writer) {
            const PREFIXES: &[(&str, &str)] = &[("t", "urn:t")];
            match self {
                Request::Ask(block, _) => to.root(&tag::WHO, PREFIXES, block),
                Request::Plain(_) => {}
            }
        }
    }
    /// What the service answers, whatever the operation.
    #[allow(
        clippy::large_enum_variant,
        reason = "one message lives at a time; a box costs more than the room"
    )]
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Response {
        /// Of `ask`.
        Ask(bool),
        /// Of `plain`.
        Plain(bool),
    }
    impl Response {
        /// The operation it belongs to.
        pub const fn operation(&self) -> Operation {
            match self {
                Response::Ask(_) => Operation::Ask,
                Response::Plain(_) => Operation::Plain,
            }
        }
        /// Reads the payload of an operation, from the element where the reader stands.
        pub fn read(
            operation: Operation,
            from: &mut super::Reader<'_>,
        ) -> Result<Self, super::Violation> {
            Ok(
                match operation {
                    Operation::Ask => Response::Ask(from.one(&tag::ASK_RESPONSE)?),
                    Operation::Plain => Response::Plain(from.one(&tag::ASK_RESPONSE)?),
                },
            )
        }
        /// Writes the payload.
        pub fn write(&self, to: &mut super::Writer) {
            const PREFIXES: &[(&str, &str)] = &[("t", "urn:t")];
            match self {
                Response::Ask(value) => to.root(&tag::ASK_RESPONSE, PREFIXES, value),
                Response::Plain(value) => to.root(&tag::ASK_RESPONSE, PREFIXES, value),
            }
        }
    }
    /// The names of the elements.
    mod tag {
        use super::super::Name;
        pub(super) const ASK: Name = Name::qualified("urn:t", "ask", "t:ask");
        pub(super) const ASK_RESPONSE: Name = Name::qualified(
            "urn:t",
            "askResponse",
            "t:askResponse",
        );
        pub(super) const PLAIN: Name = Name::qualified("urn:t", "plain", "t:plain");
        pub(super) const WHO: Name = Name::qualified("urn:t", "who", "t:who");
    }
}

// Generated from the schemas by src/codegen; edit those instead.

/// The types of `n11_operations`.
pub mod n11_operations {
    /// What a caller can ask of the service.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
    pub enum Operation {
        /// `ask`: Ask.
        Ask,
    }
    impl Operation {
        /// All operations, by name.
        pub const ALL: [Operation; 1] = [Operation::Ask];
        /// The name in the service description.
        pub const fn name(self) -> &'static str {
            match self {
                Operation::Ask => "ask",
            }
        }
        /// The value of the SOAPAction header.
        pub const fn soap_action(self) -> &'static str {
            match self {
                Operation::Ask => "urn:ask",
            }
        }
        /// The element that asks.
        pub const fn request_root(self) -> &'static super::Name {
            match self {
                Operation::Ask => &tag::ASK,
            }
        }
        /// The element that answers.
        pub const fn response_root(self) -> &'static super::Name {
            match self {
                Operation::Ask => &tag::ASK_RESPONSE,
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
        Ask(super::PlainText),
    }
    impl Request {
        /// The operation it belongs to.
        pub const fn operation(&self) -> Operation {
            match self {
                Request::Ask(_) => Operation::Ask,
            }
        }
        /// Reads the payload of an operation, from the element where the reader stands.
        pub fn read(
            operation: Operation,
            from: &mut super::Reader<'_>,
        ) -> Result<Self, super::Violation> {
            Ok(
                match operation {
                    Operation::Ask => Request::Ask(from.one(&tag::ASK)?),
                },
            )
        }
        /// Writes the payload.
        pub fn write(&self, to: &mut super::Writer) {
            const PREFIXES: &[(&str, &str)] = &[("t", "urn:t")];
            match self {
                Request::Ask(value) => to.root(&tag::ASK, PREFIXES, value),
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
    }
    impl Response {
        /// The operation it belongs to.
        pub const fn operation(&self) -> Operation {
            match self {
                Response::Ask(_) => Operation::Ask,
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
                },
            )
        }
        /// Writes the payload.
        pub fn write(&self, to: &mut super::Writer) {
            const PREFIXES: &[(&str, &str)] = &[("t", "urn:t")];
            match self {
                Response::Ask(value) => to.root(&tag::ASK_RESPONSE, PREFIXES, value),
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
    }
}

//! What a hostile sender may try, and what stops it. `tests/codec/` holds a message for every line.
//!
//! | attack | what stops it |
//! |---|---|
//! | a huge message | `Limits::message_bytes`, before anything is read |
//! | entity expansion, external entities, parameter entities | document types are refused where they begin; five entities exist |
//! | elements inside elements without end | `Bounds::depth` |
//! | thousands of attributes or namespace declarations | `Bounds::attributes`, `Bounds::tag_bytes`; duplicates are sought among those only |
//! | thousands of items in a list | the schema's bound, while reading |
//! | a second message in the Body, or behind it (wrapping) | one child of the Body, nothing behind it |
//! | an element twice, so that two readers see two values | order and number are the schema's |
//! | an element in a foreign namespace under a known name | names are compared with their namespace |
//! | a prefix bound to another namespace half-way | declarations are resolved per element |
//! | control characters for logs, terminals and databases | refused, also as references |
//! | another encoding by declaration or mark | UTF-8 only |
//! | processing instructions | refused, as SOAP 1.1 demands |
//! | values cut in two by comments or CDATA, so that a filter sees half | all pieces are one value |
//! | a header that must be understood | `MustUnderstand` fault |
//! | personal data in our errors and logs | errors hold rule, place and path; texts do not print themselves |

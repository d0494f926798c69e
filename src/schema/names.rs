//! Names of types that have none of their own.

/// `paSendRTV2Request` as a type or an operation: `PaSendRTV2Request`, so that a search for the name on the wire
/// finds it.
pub fn pascal(name: &str) -> String {
    name.split(|c: char| !c.is_alphanumeric()).map(capitalised).collect()
}

/// The word with a capital first.
pub fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

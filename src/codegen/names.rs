//! Names of the wire as names of Rust.

use crate::schema::names::capitalised;
pub use crate::schema::names::pascal;

/// The words of a name: a capital begins one, a run of capitals is one, anything but a letter or a digit ends one.
fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = vec![String::new()];
    for (at, c) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at)).copied().unwrap_or('_');
        let after = characters.get(at + 1).copied().unwrap_or('_');
        let begins = c.is_uppercase()
            && (before.is_lowercase()
                || (before.is_uppercase() && after.is_lowercase())
                || (before.is_ascii_digit() && after.is_lowercase()));
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.push(*c);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `PSPCompanyName` as a field: `psp_company_name`.
pub fn snake(name: &str) -> String {
    let name = words(name).iter().map(|word| word.to_lowercase()).collect::<Vec<_>>().join("_");
    let keyword = syn::parse_str::<syn::Ident>(&name).is_err();
    match name.as_str() {
        "self" | "super" | "crate" => format!("{name}_"),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("n{name}"),
        _ if keyword => format!("r#{name}"),
        _ => name,
    }
}

/// `MBDAttachment` as a variant: `MbdAttachment`; a number gets a letter before it.
pub fn variant(name: &str) -> String {
    let name: String = words(name).iter().map(|word| capitalised(&word.to_lowercase())).collect();
    match name.as_str() {
        "Self" => "Self_".to_owned(),
        "" => "Empty".to_owned(),
        _ if name.starts_with(|c: char| c.is_ascii_digit()) => format!("N{name}"),
        _ => name,
    }
}

/// `e-mail` as a constant: `E_MAIL`.
pub fn screaming(name: &str) -> String {
    words(name).join("_").to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        let cases = [
            ("idPA", "id_pa"),
            ("PSPCompanyName", "psp_company_name"),
            ("e-mail", "e_mail"),
            ("allCCP", "all_ccp"),
            ("paForNode", "pa_for_node"),
            ("paSendRTV2Request", "pa_send_rtv2_request"),
            ("type", "r#type"),
            ("self", "self_"),
            ("2nd", "n2nd"),
        ];
        for (name, want) in cases {
            assert_eq!(snake(name), want);
        }
        assert_eq!(variant("MBDAttachment"), "MbdAttachment");
        assert_eq!(variant("01"), "N01");
        assert_eq!(pascal("paSendRTV2Request"), "PaSendRTV2Request");
        assert_eq!(screaming("e-mail"), "E_MAIL");
    }
}

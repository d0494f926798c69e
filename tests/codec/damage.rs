//! Random damage to messages, and libxml2 as the judge of what is left.

use crate::random::Random;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Texts that are right for some type and wrong for others.
const TEXTS: &[&str] = &[
    "",
    " ",
    "1",
    "0",
    "5",
    "6",
    "01",
    "+3",
    "-1",
    "1.0",
    "0.00",
    "0.01",
    "12.50",
    "12.5",
    "12,50",
    "012.50",
    "1e2",
    "999999999.99",
    "1000000000.00",
    "-1.00",
    "+1.00",
    ".50",
    "true",
    "True",
    "yes",
    "OK",
    "ok",
    "KO",
    " OK",
    "F",
    "G",
    "2025-02-28",
    "2025-02-29",
    "2025-13-01",
    "28/02/2025",
    "2025-02-28Z",
    "2025-02-28+14:00",
    "2025-02-28+14:01",
    "2025-02-28T10:00:00",
    "2025-02-28T24:00:00",
    "2025-02-28T10:00",
    "2025-02-28T10:00:00.5",
    "12345678901",
    "123456789012345678",
    "12345678901234567",
    "ABCDE",
    "IT",
    "it",
    "ITA",
    "a@b",
    "a@b.",
    "ab",
    "QQ==",
    "QQ=",
    "QQ",
    "PAGOPA",
    "EQ",
    "ANY",
    "2147483648",
    "2147483647",
    " 7 ",
    "&amp;",
    "&#x41;&#66;",
    "<![CDATA[OK]]>",
    "O<!-- -->K",
    "\r\n",
    "\t",
    "٣",
    "àà",
    "\u{a0}",
];

/// Pieces of markup, right and wrong.
const PIECES: &[&str] = &[
    "<",
    ">",
    "&",
    ";",
    "\"",
    "'",
    "/",
    "=",
    " ",
    "\n",
    "x",
    "]]>",
    "<!-- c -->",
    "<!-- - -->",
    "<!-- -- -->",
    "<x/>",
    "<x></x>",
    "&lt;",
    "&#65;",
    "&#0;",
    "&nope;",
    "text",
    "<![CDATA[]]>",
    "<![CDATA[ ]]>",
    "<![CDATA[x]]>",
    "&#32;",
    "<metadata/>",
    "<officeName>x</officeName>",
    "<outcome>OK</outcome>",
    "<standIn>true</standIn>",
    ":",
    "\u{301}",
];

const ATTRIBUTES: &[&str] = &[
    " a='1'",
    " xmlns=''",
    " xmlns='urn:x'",
    " xmlns:q='urn:q'",
    " q:a='1'",
    " xml:lang='it'",
    " a='1' a='2'",
    " xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'",
    " xmlns:q=''",
    " a='<'",
    " a=1",
    " a",
    " xmlns:xml='urn:x'",
    " xmlns:q='&#1;'",
    "a='1'",
    " ",
    "\n",
    " xmlns:p='urn:x'",
    " xmlns:q='a&amp;b'",
];

/// Where the tags of a text begin and end.
fn tags(text: &str) -> Vec<(usize, usize)> {
    let starts = text.match_indices('<').map(|(at, _)| at);
    starts.filter_map(|at| text[at..].find('>').map(|end| (at, at + end + 1))).collect()
}

/// The element that begins with a tag, to the end of its end tag.
fn element(text: &str, (start, end): (usize, usize)) -> Option<(usize, usize)> {
    let name: String =
        text[start + 1..end].chars().take_while(|c| c.is_alphanumeric() || *c == '-').collect();
    let close = format!("</{name}>");
    (!name.is_empty()).then(|| text[end..].find(&close)).flatten().map(|at| (start, end + at + close.len()))
}

fn boundary(text: &str, random: &mut Random) -> usize {
    let mut at = random.below(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The text with one piece of it removed, doubled, moved or replaced.
pub fn mutate(text: &str, random: &mut Random) -> String {
    let tags = tags(text);
    let tag = tags[random.below(tags.len())];
    let splice = |from: usize, to: usize, new: &str| format!("{}{new}{}", &text[..from], &text[to..]);
    let whole = element(text, tag).unwrap_or(tag);
    match random.below(10) {
        0 => splice(whole.0, whole.1, ""),
        1 => splice(whole.1, whole.1, &text[whole.0..whole.1]),
        2..=4 => match element(text, tag).filter(|(_, end)| !text[tag.1..*end - 2].contains("</")) {
            Some((_, end)) => splice(tag.1, tag.1 + text[tag.1..end].find("</").unwrap(), random.pick(TEXTS)),
            None => splice(tag.1, tag.1, random.pick(PIECES)),
        },
        5 => splice(tag.1, tag.1, random.pick(PIECES)),
        6 => splice(tag.1 - 1, tag.1 - 1, random.pick(ATTRIBUTES)),
        7 => {
            let at = boundary(text, random);
            splice(at, at, random.pick(PIECES))
        }
        8 => {
            let at = boundary(text, random);
            splice(at, at + text[at..].chars().next().map_or(0, char::len_utf8), "")
        }
        _ => {
            let other = element(text, tags[random.below(tags.len())]).unwrap_or(tag);
            if whole.1 > other.0 {
                return splice(whole.0, whole.1, "<city>Roma</city>");
            }
            format!(
                "{}{}{}{}{}",
                &text[..whole.0],
                &text[other.0..other.1],
                &text[whole.1..other.0],
                &text[whole.0..whole.1],
                &text[other.1..]
            )
        }
    }
}

/// What libxml2 says about every file of a folder, by a schema of the repository.
pub fn judge(schema: &str, folder: &Path, files: &[String]) -> BTreeMap<String, bool> {
    let mut verdicts = BTreeMap::new();
    for batch in files.chunks(2000) {
        let mut command = Command::new("xmllint");
        command.args(["--noout", "--nonet", "--schema"]).arg(std::fs::canonicalize(schema).unwrap());
        let output = command.current_dir(folder).args(batch).output().unwrap();
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            if let Some(name) = line.strip_suffix(" validates") {
                verdicts.entry(name.to_owned()).or_insert(true);
            } else if let Some((name, _)) =
                line.split_once(':').filter(|_| line.contains(": namespace error : "))
            {
                // Reported by libxml2, but without consequences.
                verdicts.insert(name.to_owned(), false);
            }
        }
    }
    verdicts
}

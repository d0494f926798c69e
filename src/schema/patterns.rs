//! Patterns of the schema language as tables of an automaton.
//!
//! A pattern is anchored by itself, has no anchors, no groups that capture and no lazy repetition; `15|17`
//! digits need every alternative to be followed, hence all-match semantics.

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::nfa::thompson;
use regex_automata::util::primitives::StateID;
use regex_automata::{Anchored, MatchKind, util::start, util::syntax};
use std::collections::BTreeMap;

/// The cell that leads nowhere; the same as in `wire`.
pub const DEAD: u16 = u16::MAX;

/// An automaton that accepts whole texts.
#[derive(Debug, PartialEq, Eq)]
pub struct Table {
    /// First byte, last byte and class of every range of bytes that the pattern tells apart.
    pub ranges: Vec<(u8, u8, u8)>,
    /// The number of classes; bytes of no range are of class 0.
    pub stride: usize,
    /// The next state per state and class.
    pub next: Vec<u16>,
    /// Which states accept.
    pub accepts: Vec<bool>,
}

/// Which characters `.` and `\d` stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    /// Those of Unicode.
    Unicode,
    /// Those of ASCII, for values that cannot hold others: the table becomes much smaller.
    Ascii,
}

/// The smallest table of patterns of which one must match: for generated code, where it is made once.
pub fn table(patterns: &[String], alphabet: Alphabet) -> Result<Table, String> {
    let (rows, accepts) = walk(patterns, alphabet, dense::Config::new().minimize(true))?;
    let (rows, accepts) = minimal(rows, accepts);
    pack(&rows, accepts)
}

/// A table of patterns of which one must match: for patterns from outside, where neither making it nor keeping it
/// may cost much.
pub fn bounded(patterns: &[String], alphabet: Alphabet) -> Result<Table, String> {
    let limit = Some(BYTES);
    let config = dense::Config::new().dfa_size_limit(limit).determinize_size_limit(limit);
    let (rows, accepts) = walk(patterns, alphabet, config)?;
    pack(&rows, accepts)
}

/// How many bytes the automaton of patterns from outside may take while it is made.
const BYTES: usize = 1024 * 1024;

/// One row of 256 next states per state that can be reached, the start first, and which states accept.
type Rows = (Vec<Vec<u16>>, Vec<bool>);

fn walk(patterns: &[String], alphabet: Alphabet, config: dense::Config) -> Result<Rows, String> {
    let translated: Result<Vec<String>, String> = patterns
        .iter()
        .map(|pattern| translate(pattern, alphabet).map(|regex| format!("(?:{regex})")))
        .collect();
    let regex = format!("(?:{})", translated?.join("|"));
    let dfa = dense::Builder::new()
        .configure(config.match_kind(MatchKind::All).start_kind(StartKind::Anchored))
        .thompson(thompson::Config::new().nfa_size_limit(Some(16 * BYTES)))
        .syntax(syntax::Config::new().unicode(true).utf8(true))
        .build(&regex)
        .map_err(|error| format!("pattern not understood: {error}"))?;
    let begin = start::Config::new().anchored(Anchored::Yes);
    let first = dfa.start_state(&begin).map_err(|error| error.to_string())?;
    reached(&dfa, first)
}

/// Numbers the states that can be reached.
fn reached<A: Automaton>(dfa: &A, first: StateID) -> Result<Rows, String> {
    let mut numbers = BTreeMap::from([(first, 0_u16)]);
    let mut order = vec![first];
    let mut rows: Vec<Vec<u16>> = Vec::new();
    while let Some(state) = order.get(rows.len()).copied() {
        let mut row = Vec::with_capacity(256);
        for byte in 0..=u8::MAX {
            let next = dfa.next_state(state, byte);
            if dfa.is_dead_state(next) {
                row.push(DEAD);
                continue;
            }
            let fresh = u16::try_from(order.len()).ok().filter(|fresh| *fresh < DEAD);
            let fresh = fresh.ok_or("pattern needs too many states")?;
            let number = *numbers.entry(next).or_insert(fresh);
            if number == fresh {
                order.push(next);
            }
            row.push(number);
        }
        rows.push(row);
    }
    let accepts = order.iter().map(|state| dfa.is_match_state(dfa.next_eoi_state(*state))).collect();
    Ok((rows, accepts))
}

/// Merges states that no text tells apart, those without hope into [`DEAD`]. The automaton as built tells of a
/// match one byte late, which doubles its states; at the end of a text that makes no difference.
fn minimal(mut rows: Vec<Vec<u16>>, accepts: Vec<bool>) -> Rows {
    let is = |flags: &[bool], state: u16| flags.get(usize::from(state)).copied().unwrap_or_default();
    let mut hope = accepts.clone();
    loop {
        let next: Vec<bool> =
            hope.iter().zip(&rows).map(|(own, row)| *own || row.iter().any(|to| is(&hope, *to))).collect();
        if next == hope {
            break;
        }
        hope = next;
    }
    for to in rows.iter_mut().flatten().filter(|to| !is(&hope, **to)) {
        *to = DEAD;
    }
    // Blocks of states that look alike, refined until the successors look alike too; the start is block 0.
    let mut blocks: Vec<u16> = accepts.iter().map(|own| u16::from(Some(own) != accepts.first())).collect();
    loop {
        let block = |state: u16| blocks.get(usize::from(state)).copied().unwrap_or(DEAD);
        let mut known: Vec<(u16, Vec<u16>)> = Vec::new();
        let mut next = Vec::with_capacity(rows.len());
        for (own, row) in blocks.iter().zip(&rows) {
            let look = (*own, row.iter().map(|to| block(*to)).collect::<Vec<u16>>());
            let at = known.iter().position(|other| *other == look).unwrap_or(known.len());
            if at == known.len() {
                known.push(look);
            }
            next.push(u16::try_from(at).unwrap_or(DEAD));
        }
        if next == blocks {
            return merged(&blocks, &known, &accepts);
        }
        blocks = next;
    }
}

/// One row per block that can be reached, the start first.
fn merged(blocks: &[u16], known: &[(u16, Vec<u16>)], accepts: &[bool]) -> Rows {
    let accepting = |block: u16| blocks.iter().zip(accepts).any(|(own, accepts)| *own == block && *accepts);
    let mut order = vec![0_u16];
    let mut rows: Vec<Vec<u16>> = Vec::new();
    while let Some(block) = order.get(rows.len()).copied() {
        let row = known.get(usize::from(block)).map(|(_, row)| row.clone()).unwrap_or_default();
        for to in row.iter().filter(|to| **to != DEAD) {
            if !order.contains(to) {
                order.push(*to);
            }
        }
        rows.push(row);
    }
    let number =
        |block: u16| order.iter().position(|other| *other == block).and_then(|at| u16::try_from(at).ok());
    for to in rows.iter_mut().flatten() {
        *to = number(*to).unwrap_or(DEAD);
    }
    (rows, order.iter().map(|block| accepting(*block)).collect())
}

/// Gathers bytes whose columns are equal into classes.
fn pack(rows: &[Vec<u16>], accepts: Vec<bool>) -> Result<Table, String> {
    let column = |byte: u8| -> Vec<u16> {
        rows.iter().map(|row| row.get(usize::from(byte)).copied().unwrap_or(DEAD)).collect()
    };
    // The class of what never matches comes first, so that it needs no ranges.
    let mut columns: Vec<Vec<u16>> = vec![vec![DEAD; rows.len()]];
    let mut ranges: Vec<(u8, u8, u8)> = Vec::new();
    for byte in 0..=u8::MAX {
        let own = column(byte);
        let class = columns.iter().position(|known| *known == own).unwrap_or(columns.len());
        if class == columns.len() {
            columns.push(own);
        }
        let class = u8::try_from(class).map_err(|_| "pattern needs too many classes")?;
        match ranges.last_mut() {
            Some((_, last, same)) if *same == class && u16::from(*last) + 1 == u16::from(byte) => {
                *last = byte
            }
            _ if class == 0 => {}
            _ => ranges.push((byte, byte, class)),
        }
    }
    let cell = |row: usize, class: &Vec<u16>| class.get(row).copied().unwrap_or(DEAD);
    let next = (0..rows.len()).flat_map(|row| columns.iter().map(move |class| cell(row, class))).collect();
    Ok(Table { ranges, stride: columns.len(), next, accepts })
}

/// Whether a text matches, for values that the generator checks itself.
pub fn matches(table: &Table, text: &str) -> bool {
    let class =
        |byte: u8| table.ranges.iter().find(|(a, z, _)| (*a..=*z).contains(&byte)).map_or(0, |range| range.2);
    let step = |state: u16, byte: u8| {
        let cell = usize::from(state) * table.stride + usize::from(class(byte));
        table.next.get(cell).copied().unwrap_or(DEAD)
    };
    let end = text.bytes().fold(0, |state, byte| if state == DEAD { DEAD } else { step(state, byte) });
    table.accepts.get(usize::from(end)).copied().unwrap_or_default()
}

/// The same language in the syntax of the regex crate.
fn translate(pattern: &str, alphabet: Alphabet) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = pattern.chars().peekable();
    let mut class = false;
    let mut repeatable = false;
    while let Some(c) = rest.next() {
        let quantifier = matches!(c, '?' | '*' | '+' | '{') && !class;
        if quantifier && !repeatable {
            return Err(format!("`{c}` repeats nothing in the pattern"));
        }
        repeatable = !quantifier && (class || !matches!(c, '(' | '|'));
        match c {
            '\\' => out.push_str(&escape(rest.next(), class, alphabet)?),
            '[' if class => return Err("class subtraction is outside the subset".to_owned()),
            '[' => {
                class = true;
                out.push('[');
                if rest.next_if_eq(&'^').is_some() {
                    out.push('^');
                }
            }
            ']' if class => {
                class = false;
                out.push(']');
            }
            '-' if class => out.push('-'),
            '.' if !class => out.push_str(match alphabet {
                Alphabet::Ascii => "[\\x01-\\x09\\x0B\\x0C\\x0E-\\x7F]",
                Alphabet::Unicode => "[^\\n\\r]",
            }),
            '{' if !class => {
                let count: String = std::iter::from_fn(|| rest.next_if(|c| *c != '}')).collect();
                rest.next().filter(|_| !count.is_empty()).ok_or("`{` without a count")?;
                let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
                let (min, max) = count.split_once(',').unwrap_or((&count, ""));
                if min.is_empty() || !digits(min) || !digits(max) {
                    return Err("`{` without a count".to_owned());
                }
                out.push_str(&format!("{{{count}}}"));
            }
            '(' if !class => {
                if rest.peek() == Some(&'?') {
                    return Err("`(?` means nothing in a schema's pattern".to_owned());
                }
                out.push_str("(?:");
            }
            ')' | '|' | '?' | '*' | '+' if !class => out.push(c),
            other => out.push_str(&literal(other)),
        }
    }
    if class { Err("`[` without `]`".to_owned()) } else { Ok(out) }
}

fn literal(c: char) -> String {
    if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\x{{{:X}}}", u32::from(c)) }
}

fn escape(c: Option<char>, class: bool, alphabet: Alphabet) -> Result<String, String> {
    let set = |inner: &str| if class { inner.to_owned() } else { format!("[{inner}]") };
    Ok(match c {
        Some('d') if alphabet == Alphabet::Ascii => set("0-9"),
        Some('d') => set("\\p{Nd}"),
        Some('s') => set(" \\t\\n\\r"),
        Some('S') => "[^ \\t\\n\\r]".to_owned(),
        Some('n') => "\\n".to_owned(),
        Some('r') => "\\r".to_owned(),
        Some('t') => "\\t".to_owned(),
        Some(c) if "\\|.-^?*+{}()[]".contains(c) => literal(c),
        Some(c) => return Err(format!("`\\{c}` is outside the subset")),
        None => return Err("`\\` at the end".to_owned()),
    })
}

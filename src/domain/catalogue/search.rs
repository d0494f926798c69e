//! Finding things by words: neither accents nor case matter, and the beginning of a word is enough.

/// Words of a query beyond these are not looked for.
const MOST_WORDS: usize = 8;

/// A text as it is searched: small letters without accents, words with one blank between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded(String);

/// What somebody looks for: words, each of which must be found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted(Vec<String>);

/// What it is worth where a word was found.
const INSIDE: u32 = 1;
const BEGINNING: u32 = 3;
const WHOLE: u32 = 4;

impl Folded {
    /// Folds a text.
    pub fn new(text: &str) -> Self {
        let mut folded = String::with_capacity(text.len());
        for character in text.chars().flat_map(char::to_lowercase) {
            match plain(character) {
                Some(letters) => folded.push_str(letters),
                None if character.is_alphanumeric() => folded.push(character),
                None if ('\u{300}'..='\u{36f}').contains(&character) => {}
                None if folded.is_empty() || folded.ends_with(' ') => {}
                None => folded.push(' '),
            }
        }
        folded.truncate(folded.trim_end().len());
        Folded(folded)
    }

    /// The characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How well a word is found in it.
    fn has(&self, word: &str) -> Option<u32> {
        let quality = |own: &str| match own.find(word) {
            Some(0) if own.len() == word.len() => Some(WHOLE),
            Some(0) => Some(BEGINNING),
            // One or two letters are inside of everything.
            Some(_) if word.len() > 2 => Some(INSIDE),
            _ => None,
        };
        self.0.split(' ').filter_map(quality).max()
    }
}

impl Wanted {
    /// Reads a query.
    pub fn new(text: &str) -> Self {
        let folded = Folded::new(text);
        let words = folded.0.split(' ').filter(|word| !word.is_empty());
        Wanted(words.take(MOST_WORDS).map(str::to_owned).collect())
    }

    /// Whether nothing is looked for: then everything is found.
    pub fn is_anything(&self) -> bool {
        self.0.is_empty()
    }

    /// How well a thing is found by some texts of it, each with its weight; none if a word is in none of them.
    pub fn rank<'a>(&self, texts: impl Iterator<Item = (u32, &'a Folded)> + Clone) -> Option<u32> {
        self.0.iter().try_fold(0_u32, |sum, word| {
            let worth = |(weight, text): (u32, &Folded)| Some(weight * text.has(word)?);
            Some(sum + texts.clone().filter_map(worth).max()?)
        })
    }
}

/// What stands for a small letter with an accent, a ligature or the like.
const fn plain(character: char) -> Option<&'static str> {
    Some(match character {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' | 'ĉ' | 'ċ' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì' | 'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù' | 'ú' | 'û' | 'ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rank(query: &str, texts: &[&str]) -> Option<u32> {
        let folded: Vec<Folded> = texts.iter().map(|text| Folded::new(text)).collect();
        Wanted::new(query).rank(folded.iter().map(|text| (1, text)))
    }

    #[test]
    fn neither_accents_nor_case_nor_punctuation_matter() {
        assert_eq!(Folded::new("  Città  dell'ÀCQUA – Straße ").as_str(), "citta dell acqua strasse");
        assert_eq!(Folded::new("cafe\u{301}").as_str(), "cafe", "an accent that stands for itself");
        for query in ["citta", "CITTÀ", "acqua", "dell'acqua", "straße"] {
            assert!(rank(query, &["Città dell'Acqua", "Straße"]).is_some(), "{query}");
        }
    }

    #[test]
    fn every_word_must_be_somewhere_and_whole_words_are_worth_most() {
        let texts = ["Bollo auto", "Comune di Borgo"];
        assert!(rank("bollo borgo", &texts).is_some());
        assert_eq!(rank("bollo colle", &texts), None);
        assert!(rank("bollo", &texts) > rank("boll", &texts));
        assert!(rank("boll", &texts) > rank("ollo", &texts));
        assert_eq!(rank("ll", &texts), None, "two letters inside of a word are nothing");
        assert_eq!(rank("", &texts), Some(0));
        assert!(Wanted::new(" - ").is_anything());
    }

    #[test]
    fn a_weight_makes_a_text_count_more() {
        let (name, about) = (Folded::new("Passaporto"), Folded::new("Rilascio del passaporto"));
        let wanted = Wanted::new("passaporto");
        let by_name = wanted.rank([(3, &name), (1, &about)].into_iter());
        assert!(by_name > wanted.rank([(1, &about)].into_iter()));
    }

    proptest! {
        #[test]
        fn a_text_is_found_by_itself_and_folding_again_changes_nothing(text in "\\PC{0,40}") {
            let folded = Folded::new(&text);
            prop_assert_eq!(&Folded::new(folded.as_str()), &folded);
            prop_assert!(Wanted::new(&text).rank(std::iter::once((1, &folded))).is_some());
        }
    }
}

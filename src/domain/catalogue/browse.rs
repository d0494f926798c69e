//! Browsing the catalogue: which offerings answer a question, best first, and the tree of categories with how much
//! there is in each.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::category::Category;
use super::ids::{CategoryId, ServiceId};
use super::language::Language;
use super::offering::{Commission, Offering};
use super::search::{Folded, Wanted};
use super::service::Service;
use crate::domain::fiscal_code::FiscalCode;

/// An offering that can be asked for, with what people read about it.
#[derive(Clone, Copy, Debug)]
pub struct Open<'a> {
    /// What is provided.
    pub service: &'a Service,
    /// On which terms.
    pub offering: &'a Offering,
    /// Who provides it.
    pub institution: &'a str,
}

/// What somebody asks for; what is left out does not matter.
#[derive(Clone, Debug, Default)]
pub struct Question {
    /// Words of names, descriptions, categories and institutions.
    pub wanted: Wanted,
    /// In that category, or below it.
    pub category: Option<CategoryId>,
    /// Provided by that institution.
    pub ec: Option<FiscalCode>,
    /// Provided at a place of that name.
    pub place: Option<Folded>,
    /// With that said of commissions.
    pub commission: Option<Commission>,
}

/// What a word of a text is worth: names before what is only said about them.
const NAME: u32 = 8;
const INSTITUTION: u32 = 6;
const CATEGORY: u32 = 4;
const PLACE: u32 = 4;
const DESCRIPTION: u32 = 2;

/// The categories, each with those below it.
#[derive(Debug, Default)]
pub struct Tree<'a> {
    by_id: HashMap<&'a CategoryId, &'a Category>,
}

/// A category in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch<'a> {
    /// The category.
    pub category: &'a Category,
    /// How many it stands below.
    pub depth: usize,
    /// How many services there are in it and below.
    pub count: usize,
}

impl<'a> Tree<'a> {
    /// A tree of these categories.
    pub fn new(categories: impl IntoIterator<Item = &'a Category>) -> Self {
        Tree { by_id: categories.into_iter().map(|one| (&one.id, one)).collect() }
    }

    /// The category of that name.
    pub fn get(&self, id: &CategoryId) -> Option<&'a Category> {
        self.by_id.get(id).copied()
    }

    /// A category and those that it stands below, from itself up; a circle ends where it began.
    pub fn path(&self, id: &CategoryId) -> Vec<&'a Category> {
        let mut path: Vec<&Category> = Vec::new();
        let mut next = self.get(id);
        while let Some(one) = next.filter(|one| path.iter().all(|known| known.id != one.id)) {
            path.push(one);
            next = one.parent.as_ref().and_then(|parent| self.get(parent));
        }
        path
    }

    /// All categories, each before those below it; siblings in their order, and with how many services are open.
    pub fn branches(&self, open: &[Open<'_>], language: Language) -> Vec<Branch<'a>> {
        let mut services: HashMap<&CategoryId, BTreeSet<&ServiceId>> = HashMap::new();
        for one in open {
            for category in self.path(&one.service.category) {
                services.entry(&category.id).or_default().insert(&one.service.id);
            }
        }
        let count = |id: &CategoryId| services.get(id).map_or(0, BTreeSet::len);
        let mut children: HashMap<Option<&CategoryId>, Vec<&'a Category>> = HashMap::new();
        for category in self.by_id.values() {
            let parent = category.parent.as_ref().filter(|parent| self.by_id.contains_key(parent));
            children.entry(parent).or_default().push(category);
        }
        for siblings in children.values_mut() {
            siblings.sort_by_cached_key(|one| {
                let name = Folded::new(one.name.in_language(language).as_str());
                (one.order, name.as_str().to_owned(), one.id.clone())
            });
        }
        let mut branches = Vec::new();
        let mut waiting: Vec<(&Category, usize)> =
            children.get(&None).into_iter().flatten().rev().map(|one| (*one, 0)).collect();
        while let Some((category, depth)) = waiting.pop() {
            branches.push(Branch { category, depth, count: count(&category.id) });
            let below = children.get(&Some(&category.id)).into_iter().flatten().rev();
            waiting.extend(below.map(|one| (*one, depth + 1)));
        }
        branches
    }
}

/// The offerings that answer a question, the best first; those that answer it alike by name and institution.
pub fn answer<'a>(
    open: &[Open<'a>],
    tree: &Tree<'_>,
    question: &Question,
    language: Language,
) -> Vec<Open<'a>> {
    let admitted = open.iter().filter(|one| question.admits(one, tree));
    let mut ranked: Vec<(u32, String, Open<'a>)> = admitted
        .filter_map(|one| {
            let name = one.offering.name(one.service).in_language(language);
            Some((question.rank(one, tree)?, Folded::new(name.as_str()).as_str().to_owned(), *one))
        })
        .collect();
    ranked.sort_by(|(a_rank, a_name, a), (b_rank, b_name, b)| {
        let beside =
            |one: &Open<'_>| (one.institution.to_owned(), one.offering.ec.clone(), one.service.id.clone());
        b_rank.cmp(a_rank).then_with(|| a_name.cmp(b_name)).then_with(|| beside(a).cmp(&beside(b)))
    });
    ranked.into_iter().map(|(_, _, one)| one).collect()
}

/// The services of some offerings, each once and with its offerings, in their order.
pub fn by_service<'a>(offerings: &[Open<'a>]) -> Vec<(&'a Service, Vec<Open<'a>>)> {
    let mut places: HashMap<&ServiceId, usize> = HashMap::new();
    let mut services: Vec<(&Service, Vec<Open<'_>>)> = Vec::new();
    for one in offerings {
        let place = *places.entry(&one.service.id).or_insert(services.len());
        match services.get_mut(place) {
            Some((_, known)) => known.push(*one),
            None => services.push((one.service, vec![*one])),
        }
    }
    services
}

/// In which languages something is told of.
pub fn languages(one: &Open<'_>) -> Vec<Language> {
    let name = one.offering.name(one.service).all().map(|(language, _)| language);
    let spoken: HashSet<Language> = name.collect();
    Language::ALL.into_iter().filter(|language| spoken.contains(language)).collect()
}

impl Question {
    fn admits(&self, one: &Open<'_>, tree: &Tree<'_>) -> bool {
        let in_category = |id: &CategoryId| {
            one.service.category == *id
                || tree.path(&one.service.category).iter().any(|above| above.id == *id)
        };
        let at_place =
            |place: &Folded| one.offering.places.iter().any(|own| Folded::new(own.as_str()) == *place);
        self.category.as_ref().is_none_or(in_category)
            && self.ec.as_ref().is_none_or(|ec| one.offering.ec == *ec)
            && self.place.as_ref().is_none_or(at_place)
            && self.commission.is_none_or(|commission| one.offering.commission == commission)
    }

    fn rank(&self, one: &Open<'_>, tree: &Tree<'_>) -> Option<u32> {
        if self.wanted.is_anything() {
            return Some(0);
        }
        let mut texts = vec![(NAME, one.service.id.as_str()), (INSTITUTION, one.institution)];
        texts.extend(one.service.name.all().map(|(_, text)| (NAME, text.as_str())));
        let own = one.offering.name.iter().flat_map(|name| name.all());
        texts.extend(own.map(|(_, text)| (NAME, text.as_str())));
        let above = tree.path(&one.service.category);
        texts.extend(above.iter().flat_map(|one| one.name.all()).map(|(_, text)| (CATEGORY, text.as_str())));
        texts.extend(one.offering.places.iter().map(|place| (PLACE, place.as_str())));
        let about = one.service.description.iter().flat_map(|about| about.all());
        texts.extend(about.map(|(_, text)| (DESCRIPTION, text.as_str())));
        let folded: Vec<(u32, Folded)> =
            texts.into_iter().map(|(weight, text)| (weight, Folded::new(text))).collect();
        self.wanted.rank(folded.iter().map(|(weight, text)| (*weight, text)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::form::Form;
    use super::super::language::Localized;
    use super::super::price::PriceRule;
    use super::super::service::{Intake, Payer};
    use super::super::stage::Stage;
    use super::super::template::Template;
    use super::*;
    use crate::domain::access::Tenant;
    use crate::domain::amount::Cents;
    use crate::domain::iban::Iban;
    use crate::domain::text::Text;

    fn text<const N: usize>(text: &str) -> Text<N> {
        Text::new(text).unwrap()
    }

    fn category(id: &str, parent: Option<&str>, order: i64) -> Category {
        let id = CategoryId::new(id).unwrap();
        let name = text(&id.as_str().to_uppercase()).into();
        Category { id, parent: parent.map(|id| CategoryId::new(id).unwrap()), name, order }
    }

    fn service(id: &str, name: &str, category: &str) -> Service {
        Service {
            id: ServiceId::new(id).unwrap(),
            owner: Tenant::Gateway,
            name: Localized::new(text(name), [(Language::English, text("Thing"))]),
            description: Some(text::<255>("Si paga ogni anno").into()),
            category: CategoryId::new(category).unwrap(),
            taxonomy: text("9/0101002IM/"),
            form: Form::new(Vec::new(), Vec::new()).unwrap(),
            intake: Intake::Own,
            price: PriceRule::Fixed(Cents::new(100).unwrap()),
            remittance: Template::new("Causale").unwrap(),
            payer: Payer::default(),
            stage: Stage::default(),
        }
    }

    fn offering(ec: &str, service: &Service, place: &str) -> Offering {
        Offering {
            ec: FiscalCode::new(ec).unwrap(),
            service: service.id.clone(),
            subject: None,
            name: None,
            office: None,
            iban: Iban::new("IT57N0760114800000011050036").unwrap(),
            postal_iban: None,
            from: jiff::civil::date(2026, 1, 1),
            until: None,
            commission: Commission::Unsaid,
            segregation: None,
            price: None,
            remittance: None,
            accounting: Vec::new(),
            places: vec![text(place)],
            payable_days: 30,
            stage: Stage::default(),
        }
    }

    fn found(open: &[Open<'_>], tree: &Tree<'_>, question: &Question) -> Vec<String> {
        let name = |one: Open<'_>| format!("{} {}", one.service.id, one.institution);
        answer(open, tree, question, Language::Italian).into_iter().map(name).collect()
    }

    #[test]
    fn offerings_are_found_by_everything_that_is_said_of_them() {
        let categories =
            [category("auto", None, 2), category("tasse", Some("auto"), 1), category("altro", None, 1)];
        let tree = Tree::new(&categories);
        let (bollo, mensa) = (service("00001", "Bollo auto", "tasse"), service("mensa", "Mensa", "altro"));
        let (a, b, c) = (
            offering("99000010019", &bollo, "Forlì"),
            offering("66666666666", &bollo, "Colle"),
            offering("66666666666", &mensa, "Colle"),
        );
        let one = |service, offering, institution| Open { service, offering, institution };
        let open = [one(&bollo, &a, "Borgo"), one(&bollo, &b, "Colle"), one(&mensa, &c, "Colle")];
        let words = |text: &str| Question { wanted: Wanted::new(text), ..Question::default() };
        assert_eq!(found(&open, &tree, &words("")), ["00001 Borgo", "00001 Colle", "mensa Colle"]);
        for text in ["bollo borgo", "TASSE forli", "00001 forlì", "borgo anno"] {
            assert_eq!(found(&open, &tree, &words(text)), ["00001 Borgo"], "{text}");
        }
        assert_eq!(found(&open, &tree, &words("thing")).len(), 3, "in any language");
        assert!(found(&open, &tree, &words("pizza")).is_empty());
        let within = |id: &str| Question { category: CategoryId::new(id).ok(), ..Question::default() };
        assert_eq!(found(&open, &tree, &within("auto")).len(), 2, "and below it");
        assert_eq!(found(&open, &tree, &within("altro")), ["mensa Colle"]);
        assert!(found(&open, &tree, &within("niente")).is_empty());
        let at = Question { place: Some(Folded::new("FORLI")), ..Question::default() };
        assert_eq!(found(&open, &tree, &at), ["00001 Borgo"]);
        let of = Question { ec: FiscalCode::new("66666666666").ok(), ..Question::default() };
        assert_eq!(found(&open, &tree, &of).len(), 2);
        let free = Question { commission: Some(Commission::Free), ..Question::default() };
        assert!(found(&open, &tree, &free).is_empty());
        let services = by_service(&open);
        assert_eq!(services.iter().map(|(_, of)| of.len()).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn the_tree_counts_services_and_not_offerings_and_circles_end() {
        let categories = [
            category("b", None, 1),
            category("a", None, 1),
            category("below", Some("b"), 0),
            category("lost", Some("nowhere"), 9),
            category("x", Some("y"), 0),
            category("y", Some("x"), 0),
        ];
        let tree = Tree::new(&categories);
        let service = service("s", "S", "below");
        let (one, two) = (offering("99000010019", &service, "X"), offering("66666666666", &service, "X"));
        let open = [&one, &two].map(|offering| Open { service: &service, offering, institution: "E" });
        let branches = tree.branches(&open, Language::Italian);
        let shape: Vec<_> =
            branches.iter().map(|one| (one.category.id.as_str(), one.depth, one.count)).collect();
        assert_eq!(shape, [("a", 0, 0), ("b", 0, 1), ("below", 1, 1), ("lost", 0, 0)]);
        assert_eq!(tree.path(&CategoryId::new("x").unwrap()).len(), 2);
    }
}

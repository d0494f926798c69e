//! Everything that the published contracts say is said by ours too, but for what is listed with a reason.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::Document;
use crate::facts;

const PUBLISHED: [&str; 10] = [
    include_str!("published/api_config_registry.txt"),
    include_str!("published/gpd_v1.txt"),
    include_str!("published/gpd_v3.txt"),
    include_str!("published/gpd_payments.txt"),
    include_str!("published/gps_payments.txt"),
    include_str!("published/payment_options.txt"),
    include_str!("published/gpd_massive_v2.txt"),
    include_str!("published/apiconfig_accounts.txt"),
    include_str!("published/backoffice_external.txt"),
    include_str!("published/gps_services.txt"),
];

/// A line that is not indented is a reason; those below are the differences that it explains, in which `*`
/// stands for anything.
const DIFFERENCES: &str = include_str!("differences.txt");

#[tokio::test]
async fn whatever_the_published_contracts_say_ours_says_too_but_for_the_listed_differences() {
    let ours = facts::of(&Document::fetch().await);
    let published: BTreeSet<String> = PUBLISHED.into_iter().flat_map(facts::published).collect();
    let missing: Vec<&String> = published.iter().filter(|fact| !ours.contains(*fact)).collect();
    let listed: Vec<&str> = DIFFERENCES.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    let mut used: BTreeMap<&str, usize> = listed.iter().map(|pattern| (*pattern, 0)).collect();
    let mut unexplained = Vec::new();
    for fact in missing {
        let mut explained = false;
        for pattern in listed.iter().filter(|pattern| matches(pattern, fact)) {
            *used.entry(pattern).or_default() += 1;
            explained = true;
        }
        if !explained {
            unexplained.push(fact.as_str());
        }
    }
    let stale: Vec<_> = used.iter().filter(|(_, times)| **times == 0).map(|(pattern, _)| *pattern).collect();
    assert!(unexplained.is_empty(), "not in our document, nor explained:\n{}", unexplained.join("\n"));
    assert!(stale.is_empty(), "listed as a difference but none any more:\n{}", stale.join("\n"));
}

#[test]
fn every_difference_has_a_reason() {
    let mut reason = None;
    for line in DIFFERENCES.lines().filter(|line| !line.is_empty()) {
        if line.starts_with("  ") {
            assert!(reason.is_some(), "{line}");
        } else {
            assert!(line.ends_with('.'), "{line}");
            reason = Some(line);
        }
    }
}

/// Whether a text is of a pattern in which `*` stands for anything.
fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[test]
fn a_star_stands_for_anything() {
    assert!(matches("a*c", "abc") && matches("a*", "a") && matches("*b*", "abc") && matches("abc", "abc"));
    assert!(!matches("a*c", "abd") && !matches("abc", "abcd") && !matches("*b", "abc"));
}

//! Which page of a list is asked for, as api-config counts them.

use std::ops::RangeInclusive;

use crate::api::positions::query::{BadQuery, number};

/// The bounds of `limit`, and what it is when left out.
pub(in crate::api) const LIMITS: RangeInclusive<u32> = 1..=1000;
/// As [`LIMITS`].
pub(in crate::api) const LIMIT: u32 = 50;

/// The same where the contract has a page in every query.
pub(in crate::api) fn named_page(limit: Option<&str>, number: Option<&str>) -> Result<(u32, u32), BadQuery> {
    let missing = BadQuery("The query parameter page is needed: a whole number from 0.");
    page(limit, Some(number.filter(|text| !text.is_empty()).ok_or(missing)?))
}

/// Which page, from 0, and how many it has at most.
pub(in crate::api) fn page(limit: Option<&str>, page: Option<&str>) -> Result<(u32, u32), BadQuery> {
    let wrong = BadQuery("The query parameter limit must be a whole number from 1 to 1000.");
    let limit = number(limit, LIMIT, LIMITS, wrong)?;
    let wrong = BadQuery("The query parameter page must be a whole number from 0.");
    Ok((number(page, 0, 0..=u32::MAX, wrong)?, limit))
}

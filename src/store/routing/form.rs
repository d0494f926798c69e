//! Partners and routes as proposals and the audit have them. A password is never among what is said of a partner:
//! a proposal brings by what the new one will be known.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::partner::PartnerRow;
use crate::domain::access::Tenant;
use crate::domain::certificate::Fingerprint;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::ids::StationCode;
use crate::domain::notice_number::{AuxDigit, TwoDigits};
use crate::domain::registry::LinkCode;
use crate::domain::routing::{
    Handler, Invention, Partner, PartnerId, PasswordHash, Route, Speaks, Wait, WantedRoute,
};
use crate::domain::subscription::WebhookUrl;
use crate::domain::text::Text;
use crate::store::rows::read;
use crate::store::{StoreError, hex, unhex};

/// A partner, as JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct PartnerForm {
    id: String,
    owner: String,
    name: String,
    speaks: String,
    url: String,
    rt_url: Option<String>,
    demand_url: Option<String>,
    caller: Option<String>,
    due_days: u16,
    debtor_name: Option<String>,
    category: Option<String>,
    wait_for_rpt: u16,
    redirect: Option<String>,
    enabled: bool,
    /// When it got the password that it has.
    #[serde(default)]
    password_made_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    new_password: Option<PasswordForm>,
}

/// By what a new password will be known.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordForm {
    hash: String,
    keyed: bool,
}

/// A route, as JSON.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RouteForm {
    organization: String,
    station: String,
    aux_digit: i64,
    code: Option<String>,
    handler: String,
    partner: Option<String>,
    from: Option<Timestamp>,
    overlap_until: Option<Timestamp>,
    moved_from: Option<String>,
}

/// What becomes of the password of a partner.
#[derive(Clone, Copy, Debug)]
pub enum NewPassword {
    /// It stays.
    None,
    /// It gives way to the one that is known by that.
    Is(PasswordHash),
}

/// The form in which a partner is proposed.
pub fn partner_form(partner: &Partner, password: NewPassword) -> String {
    let mut form = PartnerForm::of(partner, None);
    if let NewPassword::Is(hash) = password {
        let (hash, keyed) = parts(&hash);
        form.new_password = Some(PasswordForm { hash: hex(hash), keyed });
    }
    text(&form)
}

/// The form in which a route is proposed.
pub fn route_form(wanted: &WantedRoute) -> String {
    text(&RouteForm {
        organization: wanted.ec.to_string(),
        station: wanted.station.to_string(),
        aux_digit: wanted.code.aux_digit().number(),
        code: wanted.code.code().map(|code| code.to_string()),
        handler: wanted.handler.word().to_owned(),
        partner: wanted.handler.partner().map(ToString::to_string),
        from: wanted.from,
        overlap_until: wanted.overlap_until,
        moved_from: wanted.moved_from.as_ref().map(ToString::to_string),
    })
}

/// The same of a route that is there.
pub(super) fn form_of_route(route: &Route) -> String {
    route_form(&WantedRoute {
        ec: route.ec.clone(),
        station: route.station.clone(),
        code: route.code,
        handler: route.handler.clone(),
        from: Some(route.from),
        overlap_until: route.overlap_until,
        moved_from: route.moved_from.clone(),
    })
}

/// The same of a partner that is there.
pub(super) fn form_of_partner(partner: &Partner, password_at: Option<Timestamp>) -> String {
    text(&PartnerForm::of(partner, password_at))
}

/// What is stored of a hash.
pub(super) const fn parts(hash: &PasswordHash) -> (&[u8; 32], bool) {
    match hash {
        PasswordHash::Digest(bytes) => (bytes, false),
        PasswordHash::Code(bytes) => (bytes, true),
    }
}

/// A hash as it is stored, read back.
fn password_hash(bytes: &[u8], keyed: bool) -> Result<PasswordHash, StoreError> {
    let bytes = read(bytes.try_into(), "hash of a password")?;
    Ok(if keyed { PasswordHash::Code(bytes) } else { PasswordHash::Digest(bytes) })
}

/// Texts, numbers and instants: there is nothing in a form that JSON could not hold.
fn text(form: &impl Serialize) -> String {
    serde_json::to_string(form).unwrap_or_default()
}

/// What is wished of a partner, and what becomes of its password.
pub(super) fn wished_partner(json: &str) -> Result<(Partner, NewPassword), StoreError> {
    let form: PartnerForm = read(serde_json::from_str(json), "wish for a partner")?;
    let password = match &form.new_password {
        None => NewPassword::None,
        Some(new) => {
            let bytes = unhex(&new.hash).ok_or(StoreError::Corrupt { what: "hash of a password" })?;
            NewPassword::Is(password_hash(&bytes, new.keyed)?)
        }
    };
    Ok((PartnerRow::from(form).partner()?, password))
}

/// What is wished of a route.
pub(super) fn wished_route(json: &str) -> Result<WantedRoute, StoreError> {
    let form: RouteForm = read(serde_json::from_str(json), "wish for a route")?;
    let partner = form.partner.as_deref().map(|id| read(PartnerId::new(id), "name of a partner"));
    let handler = Handler::read(&form.handler, partner.transpose()?);
    let moved_from = form.moved_from.as_deref().map(|code| read(StationCode::new(code), "station code"));
    Ok(WantedRoute {
        ec: read(FiscalCode::new(&form.organization), "fiscal code")?,
        station: read(StationCode::new(&form.station), "station code")?,
        code: link_code(form.aux_digit, form.code.as_deref().unwrap_or_default())?,
        handler: handler.ok_or(StoreError::Corrupt { what: "handler of a route" })?,
        from: form.from,
        overlap_until: form.overlap_until,
        moved_from: moved_from.transpose()?,
    })
}

/// A layout and its code as they are stored, read back.
pub(super) fn link_code(aux_digit: i64, code: &str) -> Result<LinkCode, StoreError> {
    let code = if code.is_empty() { None } else { Some(read(TwoDigits::new(code), "code of a route")?) };
    let link = AuxDigit::from_number(aux_digit).and_then(|aux_digit| LinkCode::new(aux_digit, code));
    link.ok_or(StoreError::Corrupt { what: "code of a route" })
}

impl PartnerForm {
    fn of(partner: &Partner, password_made_at: Option<Timestamp>) -> Self {
        let url = |url: &Option<WebhookUrl>| url.as_ref().map(|url| url.as_str().to_owned());
        let invention = &partner.invention;
        PartnerForm {
            id: partner.id.to_string(),
            owner: partner.owner.to_string(),
            name: partner.name.to_string(),
            speaks: partner.speaks.word().to_owned(),
            url: partner.url.as_str().to_owned(),
            rt_url: url(&partner.rt_url),
            demand_url: url(&partner.demand_url),
            caller: partner.caller.as_ref().map(|caller| caller.as_str().to_owned()),
            due_days: invention.due_days,
            debtor_name: invention.debtor_name.as_ref().map(ToString::to_string),
            category: invention.category.as_ref().map(ToString::to_string),
            wait_for_rpt: invention.wait_for_rpt.as_millis(),
            redirect: url(&invention.redirect),
            enabled: partner.enabled,
            password_made_at,
            new_password: None,
        }
    }
}

impl From<PartnerForm> for PartnerRow {
    fn from(form: PartnerForm) -> Self {
        PartnerRow {
            id: form.id,
            owner: form.owner,
            name: form.name,
            speaks: form.speaks,
            url: form.url,
            rt_url: form.rt_url,
            demand_url: form.demand_url,
            caller: form.caller,
            password_hash: None,
            password_keyed: false,
            due_days: i64::from(form.due_days),
            debtor_name: form.debtor_name,
            category: form.category,
            wait_for_rpt: i64::from(form.wait_for_rpt),
            redirect: form.redirect,
            enabled: form.enabled,
        }
    }
}

impl PartnerRow {
    /// The partner, read by the rules: a wish may have waited for long.
    pub(in crate::store) fn partner(&self) -> Result<Partner, StoreError> {
        let url = |text: &str| read(WebhookUrl::new(text), "address of a partner");
        let optional = |text: &Option<String>| text.as_deref().map(url).transpose();
        let corrupt = |what| move || StoreError::Corrupt { what };
        let caller = self.caller.as_deref().map(|text| read(Fingerprint::new(text), "fingerprint"));
        let password = self.password_hash.as_deref().map(|hash| password_hash(hash, self.password_keyed));
        let debtor_name = self.debtor_name.as_deref().map(|text| read(Text::new(text), "name of a debtor"));
        let category = self.category.as_deref().map(|text| read(Text::new(text), "category"));
        let due_days = u16::try_from(self.due_days).ok().filter(|days| *days <= Invention::MOST_DAYS);
        let wait = u16::try_from(self.wait_for_rpt).ok().and_then(|millis| Wait::millis(millis).ok());
        Ok(Partner {
            id: read(PartnerId::new(&self.id), "name of a partner")?,
            owner: read(Tenant::parse(&self.owner), "owner of a partner")?,
            name: read(Text::new(&self.name), "name")?,
            speaks: Speaks::from_word(&self.speaks).ok_or_else(corrupt("language of a partner"))?,
            url: url(&self.url)?,
            rt_url: optional(&self.rt_url)?,
            demand_url: optional(&self.demand_url)?,
            caller: caller.transpose()?,
            password: password.transpose()?,
            invention: Invention {
                due_days: due_days.ok_or_else(corrupt("days until a due date"))?,
                debtor_name: debtor_name.transpose()?,
                category: category.transpose()?,
                wait_for_rpt: wait.ok_or_else(corrupt("wait for an RPT"))?,
                redirect: optional(&self.redirect)?,
            },
            enabled: self.enabled,
        })
    }
}

//! Catalogo servizi: what can be paid for on demand, as payment service providers see it.

use super::{Refused, Unwritable, is, of_code, of_text, read};
use crate::domain::catalogue::ids::{NameError, ServiceId, SubjectId};
use crate::domain::catalogue::listing::{ListedService, Provider};
use crate::domain::catalogue::offering::Commission;
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::text::Text;
use crate::wire::{Bounded, Date, catalogo_servizi as v2, catalogo_servizi_1 as v1, write_document};

/// Which document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Version {
    /// The one that names offerings and commissions, and is never empty.
    #[default]
    Two,
    /// The one before.
    One,
}

impl Version {
    /// The version of that name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "2.0.0" => Some(Version::Two),
            "1" => Some(Version::One),
            _ => None,
        }
    }
}

/// Reads a document of either version.
pub fn read_services(document: &[u8]) -> Result<Vec<ListedService>, Refused> {
    if is::<v1::CatalogueServices>(document) {
        let list: v1::CatalogueServices = read(document)?;
        return list.catalogo_servizi.iter().map(of_first).collect();
    }
    let list: v2::CatalogueServices = read(document)?;
    list.catalogo_servizi.iter().map(of_second).collect()
}

/// What both versions say of a provider, in types of their own and under the same names.
macro_rules! provider {
    ($provider:expr, $subject:expr, $commission:expr) => {
        Ok(Provider {
            subject: $subject,
            commission: $commission,
            ec: FiscalCode::new($provider.id_dominio.as_str()).map_err(of_code("idDominio"))?,
            name: text("denominazioneEnteCreditore", $provider.denominazione_ente_creditore.as_str())?,
            from: $provider.data_inizio_validita.day(),
            until: $provider.data_fine_validita.map(Date::day),
        })
    };
}

/// What both say of a service.
macro_rules! service {
    ($service:expr, $providers:expr) => {
        Ok(ListedService {
            id: ServiceId::new($service.id_servizio.as_str()).map_err(of_name("idServizio"))?,
            description: text("descrizioneServizio", $service.descrizione_servizio.as_str())?,
            category: $service.categoria.as_ref().map(|name| text("categoria", name.as_str())).transpose()?,
            schema: text("xsdRiferimento", $service.xsd_riferimento.as_str())?,
            providers: $providers.collect::<Result<_, Refused>>()?,
        })
    };
}

fn of_second(service: &v2::CatalogueService) -> Result<ListedService, Refused> {
    let providers = service.elenco_soggetti_eroganti.soggetto_erogante.iter().map(|provider| {
        let subject = SubjectId::new(provider.id_soggetto_servizio.as_str());
        let commission = match provider.commissione {
            None => Commission::Unsaid,
            Some(v2::YesNo::Y) => Commission::Charged,
            Some(v2::YesNo::N) => Commission::Free,
        };
        provider!(provider, Some(subject.map_err(of_name("idSoggettoServizio"))?), commission)
    });
    service!(service, providers)
}

fn of_first(service: &v1::CatalogueService) -> Result<ListedService, Refused> {
    let providers = service.elenco_soggetti_eroganti.soggetto_erogante.iter();
    let providers = providers.map(|provider| provider!(provider, None, Commission::Unsaid));
    service!(service, providers)
}

fn text<const MAX: usize>(element: &'static str, text: &str) -> Result<Text<MAX>, Refused> {
    Text::new(text).map_err(of_text(element))
}

fn of_name(element: &'static str) -> impl Fn(NameError) -> Refused {
    move |error| Refused::Value { element, reason: error.to_string() }
}

/// Writes a document; the same facts always give the same bytes. None if there is nothing to tell and the version
/// has no document for that.
pub fn write_services(services: &[ListedService], version: Version) -> Result<Option<Vec<u8>>, Unwritable> {
    Ok(match version {
        Version::Two if services.is_empty() => None,
        Version::Two => {
            let all = services.iter().map(second).collect::<Result<Vec<_>, Unwritable>>()?;
            Some(write_document(&v2::CatalogueServices { catalogo_servizi: Bounded::new(all)? }))
        }
        Version::One => {
            let all = services.iter().map(first).collect::<Result<Vec<_>, Unwritable>>()?;
            Some(write_document(&v1::CatalogueServices { catalogo_servizi: Bounded::new(all)? }))
        }
    })
}

fn second(service: &ListedService) -> Result<v2::CatalogueService, Unwritable> {
    let provider = |one: &Provider| -> Result<v2::Provider, Unwritable> {
        Ok(v2::Provider {
            id_soggetto_servizio: one.subject.as_ref().map_or("", SubjectId::as_str).try_into()?,
            id_dominio: one.ec.as_str().try_into()?,
            denominazione_ente_creditore: one.name.as_str().try_into()?,
            data_inizio_validita: one.from.try_into()?,
            data_fine_validita: one.until.map(Date::new).transpose()?,
            commissione: match one.commission {
                Commission::Unsaid => None,
                Commission::Charged => Some(v2::YesNo::Y),
                Commission::Free => Some(v2::YesNo::N),
            },
        })
    };
    let providers = service.providers.iter().map(provider).collect::<Result<Vec<_>, Unwritable>>()?;
    Ok(v2::CatalogueService {
        id_servizio: service.id.as_str().try_into()?,
        descrizione_servizio: service.description.as_str().try_into()?,
        elenco_soggetti_eroganti: v2::Providers { soggetto_erogante: Bounded::new(providers)? },
        categoria: service.category.as_ref().map(|name| name.as_str().try_into()).transpose()?,
        xsd_riferimento: service.schema.as_str().try_into()?,
    })
}

fn first(service: &ListedService) -> Result<v1::CatalogueService, Unwritable> {
    let provider = |one: &Provider| -> Result<v1::Provider, Unwritable> {
        Ok(v1::Provider {
            id_dominio: one.ec.as_str().try_into()?,
            denominazione_ente_creditore: one.name.as_str().try_into()?,
            data_inizio_validita: one.from.try_into()?,
            data_fine_validita: one.until.map(Date::new).transpose()?,
        })
    };
    let providers = service.providers.iter().map(provider).collect::<Result<Vec<_>, Unwritable>>()?;
    Ok(v1::CatalogueService {
        id_servizio: service.id.as_str().try_into()?,
        descrizione_servizio: service.description.as_str().try_into()?,
        elenco_soggetti_eroganti: v1::Providers { soggetto_erogante: Bounded::new(providers)? },
        categoria: service.category.as_ref().map(|name| name.as_str().try_into()).transpose()?,
        xsd_riferimento: service.schema.as_str().try_into()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meals() -> ListedService {
        ListedService {
            id: ServiceId::new("00009").unwrap(),
            description: Text::new("Mensa scolastica").unwrap(),
            category: Text::new("Scuola & infanzia").ok(),
            schema: Text::new("Mensa.xsd").unwrap(),
            providers: vec![Provider {
                subject: SubjectId::new("00035").ok(),
                ec: FiscalCode::new("77777777777").unwrap(),
                name: Text::new("Refezione").unwrap(),
                from: "2026-04-30".parse().unwrap(),
                until: "2028-04-30".parse().ok(),
                commission: Commission::Free,
            }],
        }
    }

    #[test]
    fn what_is_written_is_read_again_as_far_as_the_version_tells() {
        let written = write_services(&[meals()], Version::Two).unwrap().unwrap();
        assert_eq!(read_services(&written), Ok(vec![meals()]));
        let text = String::from_utf8(written).unwrap();
        assert!(text.contains("<idSoggettoServizio>00035</idSoggettoServizio>"), "{text}");
        assert!(text.contains("<commissione>N</commissione>"), "{text}");
        let mut known = meals();
        (known.providers[0].subject, known.providers[0].commission) = (None, Commission::Unsaid);
        let written = write_services(&[meals()], Version::One).unwrap().unwrap();
        assert_eq!(read_services(&written), Ok(vec![known]));
    }

    #[test]
    fn only_the_first_version_has_a_document_of_nothing() {
        assert_eq!(write_services(&[], Version::Two), Ok(None));
        let empty = write_services(&[], Version::One).unwrap().unwrap();
        assert_eq!(read_services(&empty), Ok(Vec::new()));
        let second = String::from_utf8(empty).unwrap().replace(
            "http://PuntoAccessoPSP.spcoop.gov.it/",
            "http://pagopa-api.pagopa.gov.it/nodeForPsp/xsd/",
        );
        let refused = read_services(second.as_bytes()).unwrap_err().to_string();
        assert!(refused.ends_with("/listaCatalogoServizi: expected catalogoServizi"), "{refused}");
    }

    #[test]
    fn values_are_judged_beyond_the_schema() {
        let written = String::from_utf8(write_services(&[meals()], Version::Two).unwrap().unwrap()).unwrap();
        let cases = [
            ("77777777777", "7777777777", "idDominio"),
            (">00009<", ">0 009<", "idServizio"),
            (">Refezione<", "> <", "denominazioneEnteCreditore"),
        ];
        for (from, to, element) in cases {
            let refused = read_services(written.replace(from, to).as_bytes()).unwrap_err().to_string();
            assert!(refused.starts_with(element), "{refused}");
        }
    }
}

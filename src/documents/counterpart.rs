//! Tabella delle controparti.

use super::{Refused, Unwritable, is, of_code, of_text, read};
use crate::domain::document::{CounterpartDocument, Period, Span};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::text::{Text, TextError};
use crate::wire::documents::{self as schema, Counterpart, Counterparts, Flag, Hours, ServiceHours};
use crate::wire::{Bounded, PlainMoment, Time, write_document};

/// Reads one institution or a list of them.
pub fn read_counterparts(document: &[u8]) -> Result<Vec<CounterpartDocument>, Refused> {
    if is::<Counterparts>(document) {
        let list: Counterparts = read(document)?;
        return list.informativa_controparte.into_iter().map(facts).collect();
    }
    read(document).and_then(facts).map(|one| vec![one])
}

fn facts(counterpart: Counterpart) -> Result<CounterpartDocument, Refused> {
    let spans = |spans: &[schema::Span]| spans.iter().map(span).collect::<Result<Vec<Span>, Refused>>();
    let service = &counterpart.erogazione_servizio;
    Ok(CounterpartDocument {
        flow: Text::new(counterpart.identificativo_flusso.as_str())
            .map_err(of_text("identificativoFlusso"))?,
        ec: FiscalCode::new(counterpart.identificativo_dominio.as_str())
            .map_err(of_code("identificativoDominio"))?,
        name: Text::new(counterpart.ragione_sociale.as_str()).map_err(of_text("ragioneSociale"))?,
        published: counterpart.data_pubblicazione.moment(),
        valid_from: counterpart.data_inizio_validita.moment(),
        at_providers: counterpart.pagamenti_presso_psp == Flag::N1,
        open: spans(&service.disponibilita)?,
        closed: spans(&service.indisponibilita)?,
    })
}

fn span(span: &schema::Span) -> Result<Span, Refused> {
    let day = span.giorno.as_ref().map(|day| Text::new(day.as_str()));
    let hours =
        |hours: &Hours| (hours.fascia_oraria_da.map(Time::time), hours.fascia_oraria_a.map(Time::time));
    Ok(Span {
        period: span.tipo_periodo.map(|period| match period {
            schema::Period::Giornaliera => Period::Daily,
            schema::Period::Settimanale => Period::Weekly,
            schema::Period::Mensile => Period::Monthly,
            schema::Period::Annuale => Period::Yearly,
        }),
        day: day.transpose().map_err(|error: TextError| of_text("giorno")(error))?,
        hours: span.fascia_oraria.iter().map(hours).collect(),
    })
}

/// Writes a document of one institution; the same facts always give the same bytes.
pub fn write_counterpart(document: &CounterpartDocument) -> Result<Vec<u8>, Unwritable> {
    Ok(write_document(&Counterpart {
        identificativo_flusso: document.flow.as_str().try_into()?,
        identificativo_dominio: document.ec.as_str().try_into()?,
        ragione_sociale: document.name.as_str().try_into()?,
        data_pubblicazione: PlainMoment::new(document.published)?,
        data_inizio_validita: PlainMoment::new(document.valid_from)?,
        pagamenti_presso_psp: if document.at_providers { Flag::N1 } else { Flag::N0 },
        erogazione_servizio: ServiceHours {
            disponibilita: written(&document.open)?,
            indisponibilita: written(&document.closed)?,
        },
    }))
}

fn written<const MIN: usize, const MAX: usize>(
    spans: &[Span],
) -> Result<Bounded<schema::Span, MIN, MAX>, Unwritable> {
    let one = |span: &Span| -> Result<schema::Span, Unwritable> {
        let hours = span.hours.iter().map(|(from, to)| Hours {
            fascia_oraria_da: from.map(Time::new),
            fascia_oraria_a: to.map(Time::new),
        });
        Ok(schema::Span {
            tipo_periodo: span.period.map(|period| match period {
                Period::Daily => schema::Period::Giornaliera,
                Period::Weekly => schema::Period::Settimanale,
                Period::Monthly => schema::Period::Mensile,
                Period::Yearly => schema::Period::Annuale,
            }),
            giorno: span.day.as_ref().map(|day| day.as_str().try_into()).transpose()?,
            fascia_oraria: Bounded::new(hours.collect())?,
        })
    };
    Ok(Bounded::new(spans.iter().map(one).collect::<Result<_, _>>()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let time = |text: &str| text.parse().ok();
        let document = CounterpartDocument {
            flow: Text::new("TDC-1").unwrap(),
            ec: FiscalCode::new("77777777777").unwrap(),
            name: Text::new("Comune di Prova").unwrap(),
            published: "2026-11-22T10:00:00".parse().unwrap(),
            valid_from: "2026-11-23T00:00:00".parse().unwrap(),
            at_providers: true,
            open: vec![Span {
                period: Some(Period::Weekly),
                day: Some(Text::new("lunedì").unwrap()),
                hours: vec![(time("08:00:00"), time("12:30:00")), (time("14:00:00"), None)],
            }],
            closed: vec![Span::default()],
        };
        let written = write_counterpart(&document).unwrap();
        assert_eq!(read_counterparts(&written), Ok(vec![document.clone()]));
        let text = String::from_utf8(written).unwrap();
        let (declaration, element) = text.split_once('\n').unwrap();
        let list = format!(
            "{declaration}<listaInformativeControparte>{element}{element}</listaInformativeControparte>"
        );
        assert_eq!(read_counterparts(list.as_bytes()), Ok(vec![document.clone(), document]));
    }
}

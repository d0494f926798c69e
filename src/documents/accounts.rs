//! Informativa conto accredito.

use jiff::Timestamp;

use super::{Refused, Unwritable, of_code, of_text, read};
use crate::domain::document::{AccountsDocument, NamedAccount};
use crate::domain::fiscal_code::FiscalCode;
use crate::domain::rome;
use crate::domain::text::Text;
use crate::wire::documents::{
    AccountNotice, Accounts, IbanAccreditoOrInfoContoDiAccreditoPair as Account, SellerAccount,
};
use crate::wire::{Bounded, DateTime, write_document};

/// Reads a document.
pub fn read_accounts(document: &[u8]) -> Result<AccountsDocument, Refused> {
    let notice: AccountNotice = read(document)?;
    let accounts = notice.conti_di_accredito.iban_accredito_or_info_conto_di_accredito_pair.into_vec();
    Ok(AccountsDocument {
        flow: Text::new(notice.identificativo_flusso.as_str()).map_err(of_text("identificativoFlusso"))?,
        ec: FiscalCode::new(notice.identificativo_dominio.as_str())
            .map_err(of_code("identificativoDominio"))?,
        name: Text::new(notice.ragione_sociale.as_str()).map_err(of_text("ragioneSociale"))?,
        published: instant(notice.data_pubblicazione, "dataPubblicazione")?,
        valid_from: instant(notice.data_inizio_validita, "dataInizioValidita")?,
        accounts: accounts.into_iter().map(account).collect(),
    })
}

fn account(account: Account) -> NamedAccount {
    match account {
        Account::IbanAccredito(iban) => NamedAccount { iban: iban.as_str().to_owned(), seller: None },
        Account::InfoContoDiAccreditoPair(pair) => NamedAccount {
            iban: pair.iban_accredito.as_str().to_owned(),
            seller: Some(pair.id_banca_seller.as_str().to_owned()),
        },
    }
}

/// The instant; a moment without an offset is the wall clock of Italy.
fn instant(moment: DateTime, element: &'static str) -> Result<Timestamp, Refused> {
    let instant = match moment.offset() {
        Some(offset) => offset.to_timestamp(moment.moment()).ok(),
        None => rome::instant(moment.moment()),
    };
    instant.ok_or(Refused::Value { element, reason: "is outside the calendar".to_owned() })
}

/// Writes a document; the same facts always give the same bytes. Moments are the wall clock of Italy.
pub fn write_accounts(document: &AccountsDocument) -> Result<Vec<u8>, Unwritable> {
    let accounts: Result<Vec<Account>, Unwritable> = document.accounts.iter().map(written).collect();
    Ok(write_document(&AccountNotice {
        identificativo_flusso: document.flow.as_str().try_into()?,
        identificativo_dominio: document.ec.as_str().try_into()?,
        ragione_sociale: document.name.as_str().try_into()?,
        data_pubblicazione: moment(document.published)?,
        data_inizio_validita: moment(document.valid_from)?,
        conti_di_accredito: Accounts {
            iban_accredito_or_info_conto_di_accredito_pair: Bounded::new(accounts?)?,
        },
    }))
}

fn written(account: &NamedAccount) -> Result<Account, Unwritable> {
    let iban = account.iban.as_str().try_into()?;
    Ok(match account.seller.as_deref() {
        None => Account::IbanAccredito(iban),
        Some(seller) => Account::InfoContoDiAccreditoPair(SellerAccount {
            iban_accredito: iban,
            id_banca_seller: seller.try_into()?,
        }),
    })
}

fn moment(instant: Timestamp) -> Result<DateTime, Unwritable> {
    let moment = rome::wall_clock(instant);
    let whole = moment.with().subsec_nanosecond(0).build().unwrap_or(moment);
    Ok(DateTime::new(whole)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<informativaContoAccredito xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="a.xsd">
  <identificativoFlusso>F-1</identificativoFlusso>
  <identificativoDominio>77777777777</identificativoDominio>
  <ragioneSociale>Comune di Prova &amp; Dintorni</ragioneSociale>
  <dataPubblicazione>2026-11-22T10:00:00</dataPubblicazione>
  <dataInizioValidita>2026-11-23T00:00:00Z</dataInizioValidita>
  <contiDiAccredito>
    <ibanAccredito>IT60X0542811101000000123456</ibanAccredito>
    <infoContoDiAccreditoPair><ibanAccredito>IT57N0760114800000011050036</ibanAccredito><idBancaSeller>B</idBancaSeller></infoContoDiAccreditoPair>
  </contiDiAccredito>
</informativaContoAccredito>"#;

    #[test]
    fn what_is_read_is_written_again_on_the_clock_of_italy() {
        let read = read_accounts(DOCUMENT.as_bytes()).unwrap();
        assert_eq!(read.published, "2026-11-22T09:00:00Z".parse::<Timestamp>().unwrap());
        assert_eq!(read.accounts.len(), 2);
        assert_eq!(read.accounts[1].seller.as_deref(), Some("B"));
        let written = write_accounts(&read).unwrap();
        assert_eq!(read_accounts(&written), Ok(read));
        let written = String::from_utf8(written).unwrap();
        assert!(
            written.contains("<dataInizioValidita>2026-11-23T01:00:00</dataInizioValidita>"),
            "{written}"
        );
    }

    #[test]
    fn what_is_wrong_is_told_by_line_and_column() {
        let cases = [
            (
                "77777777777<",
                "7777777777<",
                "line 4, column 26, /informativaContoAccredito/identificativoDominio: length must be 11",
            ),
            (
                "<ibanAccredito>IT60X0542811101000000123456</ibanAccredito>",
                "<iban>x</iban>",
                "line 9, column 5, /informativaContoAccredito/contiDiAccredito: element not allowed here",
            ),
            (
                "</contiDiAccredito>",
                "",
                "line 12, column 1, /informativaContoAccredito/contiDiAccredito: not well-formed XML: end tag of another element",
            ),
            ("Comune di Prova &amp; Dintorni", " ", "ragioneSociale: must not be blank"),
        ];
        for (from, to, want) in cases {
            let wrong = read_accounts(DOCUMENT.replace(from, to).as_bytes()).unwrap_err();
            assert_eq!(wrong.to_string(), want);
        }
    }
}

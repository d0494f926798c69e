//! What an old system writes, by hand: none of our code decides what a test sends.

use std::fmt::Write;

pub const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
pub const PPT: &str = "http://ws.pagamenti.telematici.gov/";
pub const HEAD: &str = "http://ws.pagamenti.telematici.gov/ppthead";
pub const PAY: &str = "http://www.digitpa.gov.it/schemas/2011/Pagamenti/";

/// Something that an institution wants to be paid.
#[derive(Clone, Debug)]
pub struct Debt {
    /// The institution.
    pub ec: String,
    pub name: String,
    pub iuv: String,
    /// Euro with two decimals, as they are written.
    pub amount: String,
    pub iban: String,
    /// One reason, or several pieces of it.
    pub reason: Vec<String>,
    /// What a second institution gets of it besides: its code, its amount and its account.
    pub other: Option<(String, String, String)>,
    /// A digital stamp that is bought instead of paying to the account: digest and province.
    pub stamp: Option<(String, String)>,
    /// What the payments of the RPT are for.
    pub collection: String,
    /// The debtor as the RPT names it.
    pub debtor: (String, String),
}

/// A debt with nothing odd in it.
pub fn debt(ec: &str, iuv: &str, amount: &str) -> Debt {
    Debt {
        ec: ec.to_owned(),
        name: "Comune di Borgo".to_owned(),
        iuv: iuv.to_owned(),
        amount: amount.to_owned(),
        iban: "IT60X0542811101000000123456".to_owned(),
        reason: vec!["Mensa scolastica".to_owned()],
        other: None,
        stamp: None,
        collection: "9/0101002IM/".to_owned(),
        debtor: ("RSSMRA80A01H501U".to_owned(), "Maria Rossi".to_owned()),
    }
}

/// The text of the first element of that name, whatever its prefix.
pub fn tag(xml: &str, name: &str) -> Option<String> {
    first(xml, name).map(|(text, _)| text.to_owned())
}

/// All texts of elements of that name.
pub fn tags(xml: &str, name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = xml;
    while let Some((text, behind)) = first(rest, name) {
        found.push(text.to_owned());
        rest = behind;
    }
    found
}

/// What the first element of that name holds, and what comes behind its start tag's text.
fn first<'x>(xml: &'x str, name: &str) -> Option<(&'x str, &'x str)> {
    let mut rest = xml;
    loop {
        rest = &rest[rest.find('<')? + 1..];
        let end = rest.find(['>', ' ', '/', '\n'])?;
        if rest.starts_with('/') || rest[..end].rsplit(':').next()? != name {
            continue;
        }
        let open = rest.find('>')?;
        let behind = &rest[open + 1..];
        if rest[..open].ends_with('/') {
            return Some(("", behind));
        }
        let close = behind.find(&format!("</{}>", &rest[..end]))?;
        return Some((&behind[..close], &behind[close..]));
    }
}

fn envelope(header: &str, body: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{SOAP}\" \
         xmlns:ns2=\"{PPT}\" xmlns:ns3=\"{HEAD}\" xmlns:pag=\"{PAY}\">\n<SOAP-ENV:Header>{header}</SOAP-ENV:Header>\
         \n<SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
    )
}

/// An answer, wrapped twice as they are.
pub fn answer(operation: &str, inside: &str) -> String {
    let name = format!("{operation}Risposta");
    envelope("", &format!("<ns2:{name}><{name}>{inside}</{name}></ns2:{name}>"))
}

pub fn refusal(operation: &str, code: &str, ec: &str) -> String {
    let fault = format!(
        "<fault><faultCode>{code}</faultCode><faultString>Rifiutato dal sistema dell'ente</faultString>\
         <id>{ec}</id><description>Spiegazione dell'ente</description></fault><esito>KO</esito>"
    );
    answer(operation, &fault)
}

/// `datiPagamentoPA` of a debt.
pub fn terms(debt: &Debt) -> String {
    let Debt { amount, iban, name, ec, .. } = debt;
    let mut reason = String::new();
    match &*debt.reason {
        [one] => write!(reason, "<causaleVersamento>{one}</causaleVersamento>").unwrap(),
        pieces => {
            reason.push_str("<spezzoniCausaleVersamento>");
            for piece in pieces {
                write!(reason, "<spezzoneCausaleVersamento>{piece}</spezzoneCausaleVersamento>").unwrap();
            }
            reason.push_str("</spezzoniCausaleVersamento>");
        }
    }
    format!(
        "<datiPagamentoPA><importoSingoloVersamento>{amount}</importoSingoloVersamento>\
         <ibanAccredito>{iban}</ibanAccredito><enteBeneficiario><pag:identificativoUnivocoBeneficiario>\
         <pag:tipoIdentificativoUnivoco>G</pag:tipoIdentificativoUnivoco>\
         <pag:codiceIdentificativoUnivoco>{ec}</pag:codiceIdentificativoUnivoco>\
         </pag:identificativoUnivocoBeneficiario><pag:denominazioneBeneficiario>{name}\
         </pag:denominazioneBeneficiario></enteBeneficiario>\
         <credenzialiPagatore>nessuna</credenzialiPagatore>{reason}</datiPagamentoPA>"
    )
}

/// Amount, account, reason, what it is for, and a digital stamp: digest and province.
pub type Payment = (String, String, String, String, Option<(String, String)>);

/// Whose RPT is written.
#[derive(Clone, Debug)]
pub struct Rpt {
    pub ec: String,
    pub station: String,
    pub iuv: String,
    pub ccp: String,
    pub name: String,
    pub message: String,
    pub debtor: (String, String),
    pub payments: Vec<Payment>,
}

impl Rpt {
    pub fn xml(&self) -> String {
        let Rpt { ec, station, iuv, ccp, name, message, debtor: (code, who), .. } = self;
        let cents: i64 = self.payments.iter().map(|payment| cents(&payment.0)).sum();
        let total = format!("{}.{:02}", cents / 100, cents % 100);
        let mut payments = String::new();
        for (amount, iban, reason, collection, stamp) in &self.payments {
            let account = match stamp {
                Some(_) => String::new(),
                None => format!("<pag:ibanAccredito>{iban}</pag:ibanAccredito>"),
            };
            let stamp = stamp.as_ref().map(|(hash, province)| {
                format!(
                    "<pag:datiMarcaBolloDigitale><pag:tipoBollo>01</pag:tipoBollo><pag:hashDocumento>{hash}\
                     </pag:hashDocumento><pag:provinciaResidenza>{province}</pag:provinciaResidenza>\
                     </pag:datiMarcaBolloDigitale>"
                )
            });
            write!(
                payments,
                "<pag:datiSingoloVersamento><pag:importoSingoloVersamento>{amount}</pag:importoSingoloVersamento>\
                 {account}<pag:causaleVersamento>{reason}</pag:causaleVersamento><pag:datiSpecificiRiscossione>\
                 {collection}</pag:datiSpecificiRiscossione>{}</pag:datiSingoloVersamento>",
                stamp.unwrap_or_default()
            )
            .unwrap();
        }
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><pag:RPT xmlns:pag=\"{PAY}\">\
             <pag:versioneOggetto>6.2.0</pag:versioneOggetto><pag:dominio><pag:identificativoDominio>{ec}\
             </pag:identificativoDominio><pag:identificativoStazioneRichiedente>{station}\
             </pag:identificativoStazioneRichiedente></pag:dominio><pag:identificativoMessaggioRichiesta>{message}\
             </pag:identificativoMessaggioRichiesta><pag:dataOraMessaggioRichiesta>2026-11-22T11:00:00\
             </pag:dataOraMessaggioRichiesta><pag:autenticazioneSoggetto>N/A</pag:autenticazioneSoggetto>\
             <pag:soggettoPagatore><pag:identificativoUnivocoPagatore><pag:tipoIdentificativoUnivoco>F\
             </pag:tipoIdentificativoUnivoco><pag:codiceIdentificativoUnivoco>{code}\
             </pag:codiceIdentificativoUnivoco></pag:identificativoUnivocoPagatore><pag:anagraficaPagatore>{who}\
             </pag:anagraficaPagatore><pag:capPagatore>00100</pag:capPagatore><pag:localitaPagatore>Borgo\
             </pag:localitaPagatore><pag:nazionePagatore>IT</pag:nazionePagatore></pag:soggettoPagatore>\
             <pag:enteBeneficiario><pag:identificativoUnivocoBeneficiario><pag:tipoIdentificativoUnivoco>G\
             </pag:tipoIdentificativoUnivoco><pag:codiceIdentificativoUnivoco>{ec}\
             </pag:codiceIdentificativoUnivoco></pag:identificativoUnivocoBeneficiario>\
             <pag:denominazioneBeneficiario>{name}</pag:denominazioneBeneficiario></pag:enteBeneficiario>\
             <pag:datiVersamento><pag:dataEsecuzionePagamento>2026-12-31</pag:dataEsecuzionePagamento>\
             <pag:importoTotaleDaVersare>{total}</pag:importoTotaleDaVersare><pag:tipoVersamento>PO\
             </pag:tipoVersamento><pag:identificativoUnivocoVersamento>{iuv}</pag:identificativoUnivocoVersamento>\
             <pag:codiceContestoPagamento>{ccp}</pag:codiceContestoPagamento><pag:firmaRicevuta>0\
             </pag:firmaRicevuta>{payments}</pag:datiVersamento></pag:RPT>"
        )
    }
}

pub fn cents(euro: &str) -> i64 {
    euro.replace('.', "").parse().unwrap()
}

/// How an old system says who it is.
#[derive(Clone, Debug)]
pub struct Caller {
    pub broker: String,
    pub station: String,
    pub password: String,
}

impl Caller {
    pub fn send_rpt(&self, rpt: &Rpt, base64: &str) -> String {
        let Caller { broker, station, password } = self;
        let header = format!(
            "<ns3:intestazionePPT><identificativoIntermediarioPA>{broker}</identificativoIntermediarioPA>\
             <identificativoStazioneIntermediarioPA>{station}</identificativoStazioneIntermediarioPA>\
             <identificativoDominio>{}</identificativoDominio><identificativoUnivocoVersamento>{}\
             </identificativoUnivocoVersamento><codiceContestoPagamento>{}</codiceContestoPagamento>\
             </ns3:intestazionePPT>",
            rpt.ec, rpt.iuv, rpt.ccp
        );
        let body = format!(
            "<ns2:nodoInviaRPT><password>{password}</password><identificativoPSP>AGID_01</identificativoPSP>\
             <identificativoIntermediarioPSP>97735020584</identificativoIntermediarioPSP><identificativoCanale>\
             97735020584_02</identificativoCanale><tipoFirma></tipoFirma><rpt>{base64}</rpt></ns2:nodoInviaRPT>"
        );
        envelope(&header, &body)
    }

    pub fn send_cart(&self, cart: &str, rpts: &[(Rpt, String)]) -> String {
        let Caller { broker, station, password } = self;
        let header = format!(
            "<ns3:intestazioneCarrelloPPT><identificativoIntermediarioPA>{broker}</identificativoIntermediarioPA>\
             <identificativoStazioneIntermediarioPA>{station}</identificativoStazioneIntermediarioPA>\
             <identificativoCarrello>{cart}</identificativoCarrello></ns3:intestazioneCarrelloPPT>"
        );
        let mut list = String::new();
        for (rpt, base64) in rpts {
            write!(
                list,
                "<elementoListaRPT><identificativoDominio>{}</identificativoDominio>\
                 <identificativoUnivocoVersamento>{}</identificativoUnivocoVersamento><codiceContestoPagamento>{}\
                 </codiceContestoPagamento><rpt>{base64}</rpt></elementoListaRPT>",
                rpt.ec, rpt.iuv, rpt.ccp
            )
            .unwrap();
        }
        let body = format!(
            "<ns2:nodoInviaCarrelloRPT><password>{password}</password><identificativoPSP>AGID_01\
             </identificativoPSP><identificativoIntermediarioPSP>97735020584</identificativoIntermediarioPSP>\
             <identificativoCanale>97735020584_02</identificativoCanale><listaRPT>{list}</listaRPT>\
             <multiBeneficiario>true</multiBeneficiario></ns2:nodoInviaCarrelloRPT>"
        );
        envelope(&header, &body)
    }

    /// `nodoChiediStatoRPT` or `nodoChiediCopiaRT`.
    pub fn ask(&self, operation: &str, (ec, iuv, ccp): (&str, &str, &str)) -> String {
        let inside = format!(
            "<identificativoDominio>{ec}</identificativoDominio><identificativoUnivocoVersamento>{iuv}\
             </identificativoUnivocoVersamento><codiceContestoPagamento>{ccp}</codiceContestoPagamento>"
        );
        self.question(operation, &inside)
    }

    pub fn pending(&self, ec: Option<&str>, most: u32) -> String {
        let ec = ec.map(|ec| format!("<identificativoDominio>{ec}</identificativoDominio>"));
        let inside = format!("{}<dimensioneLista>{most}</dimensioneLista>", ec.unwrap_or_default());
        self.question("nodoChiediListaPendentiRPT", &inside)
    }

    fn question(&self, operation: &str, inside: &str) -> String {
        let Caller { broker, station, password } = self;
        let body = format!(
            "<ns2:{operation}><identificativoIntermediarioPA>{broker}</identificativoIntermediarioPA>\
             <identificativoStazioneIntermediarioPA>{station}</identificativoStazioneIntermediarioPA>\
             <password>{password}</password>{inside}</ns2:{operation}>"
        );
        envelope("", &body)
    }
}

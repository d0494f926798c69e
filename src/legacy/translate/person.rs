//! Persons: who owes and who pays, under the names of either side.

use crate::wire::common::{Subject, SubjectIdentifier};
use crate::wire::pagamenti::{Debtor, Payer, PersonCode};

fn code(person: &Subject) -> PersonCode {
    let SubjectIdentifier { entity_unique_identifier_type, entity_unique_identifier_value } =
        &person.unique_identifier;
    PersonCode {
        tipo_identificativo_univoco: *entity_unique_identifier_type,
        codice_identificativo_univoco: entity_unique_identifier_value.clone(),
    }
}

fn identifier(code: &PersonCode) -> SubjectIdentifier {
    SubjectIdentifier {
        entity_unique_identifier_type: code.tipo_identificativo_univoco,
        entity_unique_identifier_value: code.codice_identificativo_univoco.clone(),
    }
}

/// Row "soggettoPagatore → debtor".
pub fn debtor(person: &Debtor) -> Subject {
    Subject {
        unique_identifier: identifier(&person.identificativo_univoco_pagatore),
        full_name: person.anagrafica_pagatore.clone(),
        street_name: person.indirizzo_pagatore.clone(),
        civic_number: person.civico_pagatore.clone(),
        postal_code: person.cap_pagatore.clone(),
        city: person.localita_pagatore.clone(),
        state_province_region: person.provincia_pagatore.clone(),
        country: person.nazione_pagatore.clone(),
        e_mail: person.e_mail_pagatore.clone(),
    }
}

/// Row "debtor → soggettoPagatore".
pub fn soggetto_pagatore(person: &Subject) -> Debtor {
    Debtor {
        identificativo_univoco_pagatore: code(person),
        anagrafica_pagatore: person.full_name.clone(),
        indirizzo_pagatore: person.street_name.clone(),
        civico_pagatore: person.civic_number.clone(),
        cap_pagatore: person.postal_code.clone(),
        localita_pagatore: person.city.clone(),
        provincia_pagatore: person.state_province_region.clone(),
        nazione_pagatore: person.country.clone(),
        e_mail_pagatore: person.e_mail.clone(),
    }
}

/// Row "soggettoVersante → payer".
pub fn payer(person: &Payer) -> Subject {
    Subject {
        unique_identifier: identifier(&person.identificativo_univoco_versante),
        full_name: person.anagrafica_versante.clone(),
        street_name: person.indirizzo_versante.clone(),
        civic_number: person.civico_versante.clone(),
        postal_code: person.cap_versante.clone(),
        city: person.localita_versante.clone(),
        state_province_region: person.provincia_versante.clone(),
        country: person.nazione_versante.clone(),
        e_mail: person.e_mail_versante.clone(),
    }
}

/// Row "payer → soggettoVersante".
pub fn soggetto_versante(person: &Subject) -> Payer {
    Payer {
        identificativo_univoco_versante: code(person),
        anagrafica_versante: person.full_name.clone(),
        indirizzo_versante: person.street_name.clone(),
        civico_versante: person.civic_number.clone(),
        cap_versante: person.postal_code.clone(),
        localita_versante: person.city.clone(),
        provincia_versante: person.state_province_region.clone(),
        nazione_versante: person.country.clone(),
        e_mail_versante: person.e_mail.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::legacy::translate::samples;

    #[test]
    fn a_person_keeps_every_field_both_ways() {
        let person = samples::person("RSSMRA80A01H501U", "Maria Rossi");
        assert_eq!(debtor(&soggetto_pagatore(&person)), person);
        assert_eq!(payer(&soggetto_versante(&person)), person);
        let alone = Subject { street_name: None, e_mail: None, country: None, ..person };
        assert_eq!(debtor(&soggetto_pagatore(&alone)), alone);
        assert_eq!(payer(&soggetto_versante(&alone)), alone);
    }
}

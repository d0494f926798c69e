//! Services that come with the program, as anybody could write them: the tax on a vehicle by its number plate, a
//! passport, and a donation. `varco demo` offers them; their prices are those of an example.

use super::definition::{CategoryDefinition, ServiceDefinition};

const CATEGORIES: &str = include_str!("shipped/categories.json");

const SERVICES: [&str; 3] = [
    include_str!("shipped/00001.json"),
    include_str!("shipped/00002.json"),
    include_str!("shipped/00003.json"),
];

/// The categories of the services.
pub fn categories() -> Vec<CategoryDefinition> {
    serde_json::from_str(CATEGORIES).unwrap_or_default()
}

/// The services `00001`, `00002` and `00003`.
pub fn services() -> Vec<ServiceDefinition> {
    SERVICES.iter().filter_map(|json| serde_json::from_str(json).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::view::reader;
    use crate::domain::catalogue::form::{FieldName, Inputs};
    use crate::domain::catalogue::ids::SchemaName;
    use crate::domain::catalogue::price::PriceRule;

    #[test]
    fn each_is_right_in_itself_and_stands_in_a_category_that_comes_with_it() {
        let categories: Vec<_> = categories().iter().map(|one| one.read().unwrap().id).collect();
        let services: Vec<_> = services().iter().map(|one| one.read().unwrap()).collect();
        assert_eq!(
            services.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
            ["00001", "00002", "00003"]
        );
        for service in &services {
            assert!(categories.contains(&service.category), "{}", service.id);
            let again = ServiceDefinition::of(service).read();
            assert_eq!(again.as_ref(), Ok(service), "what is written is read");
        }
    }

    #[test]
    fn each_reads_the_documents_of_its_schema() {
        use crate::domain::catalogue::service::Intake;
        for service in services().iter().map(|one| one.read().unwrap()) {
            let xsd = match &service.intake {
                Intake::Bound(binding) => {
                    let name = SchemaName::new(binding.schema.as_str()).unwrap();
                    crate::catalogue::payload::shipped(&name).unwrap().to_owned()
                }
                Intake::Own => crate::catalogue::render::xsd(&service),
            };
            assert!(reader(&service, &xsd).is_ok(), "{}", service.id);
        }
    }

    #[test]
    fn they_cost_what_they_say() {
        let services: Vec<_> = services().iter().map(|one| one.read().unwrap()).collect();
        let price = |index: usize, inputs: &[(&str, &str)]| {
            let inputs: Inputs = inputs
                .iter()
                .map(|(name, text)| (FieldName::new(name).unwrap(), (*text).to_owned()))
                .collect();
            let answers = services[index].form.read(&inputs).unwrap();
            match &services[index].price {
                PriceRule::Table(table) => table.price(&answers),
                PriceRule::Formula(formula) => super::super::price::formula::price(formula, &answers).ok(),
                PriceRule::Free(free) => free.price(&answers),
                _ => None,
            }
            .map(|amount| amount.get())
        };
        assert_eq!(price(0, &[("vehicle_type", "4"), ("plate", "AB12345")]), Some(6200));
        let passport = [
            ("practice_code", "A001"),
            ("payer_fiscal_code", "RSSMRA80A01H501U"),
            ("payer_name", "Maria Rossi"),
            ("holder_fiscal_code", "RSSMRA80A01H501U"),
            ("holder_name", "Maria Rossi"),
        ];
        assert_eq!(price(1, &passport), Some(11_600));
        assert_eq!(price(2, &[("amount", "5000.00")]), Some(500_000));
        assert_eq!(price(2, &[("amount", "1.00"), ("purpose", "Biblioteca")]), Some(100));
    }
}

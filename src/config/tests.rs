use secrecy::ExposeSecret;

use super::*;

const TLS: &str = r#"
[soap.tls]
certificate = "server.pem"
key = "server.key"
client_ca = ["ca.pem"]
allowed_clients = [{ subject = "CN=node", issuer = "CN=CA" }]
"#;

fn load(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Config::from_table(toml::from_str(text).unwrap(), env, Path::new("/etc/varco"))
}

fn with_tls(text: &str, env: &[(&str, &str)]) -> Result<Config, ConfigError> {
    load(&format!("{text}\n{TLS}"), env)
}

/// The one error of a configuration that has exactly one.
fn error(result: Result<Config, ConfigError>) -> String {
    match result {
        Err(ConfigError::Settings { errors }) if errors.len() == 1 => errors[0].to_string(),
        other => panic!("one wrong setting expected, got {other:?}"),
    }
}

#[test]
fn defaults_are_the_published_ones() {
    let config = load(TLS, &[]).unwrap();
    assert_eq!(config.soap.listen.to_string(), "0.0.0.0:8443");
    assert_eq!(config.soap.max_message.get(), 2 << 20);
    assert_eq!(config.soap.idle_timeout.to_string(), "75s");
    assert_eq!(config.api.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.api.tls, None);
    assert_eq!(config.log, Log { format: LogFormat::Text, filter: "info".to_owned() });
}

#[test]
fn paths_are_relative_to_the_folder_of_the_file() {
    let config = load(TLS, &[("VARCO__SOAP__TLS__KEY", "/run/key.pem")]).unwrap();
    assert_eq!(config.soap.tls.certificate, Path::new("/etc/varco/server.pem"));
    assert_eq!(config.soap.tls.key, Path::new("/run/key.pem"));
    assert_eq!(config.soap.tls.client_ca, [Path::new("/etc/varco/ca.pem")]);
    assert_eq!(config.database.url.expose_secret(), "sqlite:///etc/varco/varco.db?mode=rwc");
}

#[test]
fn environment_stands_over_the_file() {
    let env = [
        ("VARCO__SOAP__IDLE_TIMEOUT", "2m"),
        ("VARCO__SOAP__TLS__CLIENT_CA", "a.pem, /b.pem"),
        ("VARCO__SOAP__TLS__ALLOWED_CLIENTS", r#"[{ subject = "CN=a", issuer = "CN=b" }]"#),
        ("VARCO__SOAP__MAX_CONNECTIONS", "7"),
        ("UNRELATED", "x"),
    ];
    let config = with_tls("[soap]\nidle_timeout = '9s'", &env).unwrap();
    assert_eq!(config.soap.idle_timeout.to_string(), "2m");
    assert_eq!(config.soap.max_connections.get(), 7);
    assert_eq!(config.soap.tls.client_ca, [Path::new("/etc/varco/a.pem"), Path::new("/b.pem")]);
    let names = ClientNames { subject: "CN=a".into(), issuer: "CN=b".into() };
    assert_eq!(config.soap.tls.allowed_clients, AllowedClients::Listed(vec![names]));
}

#[test]
fn each_wrong_value_is_named() {
    let cases = [
        (
            "[soap]\nidle_timeout = 'abc'",
            r#"soap.idle_timeout: "abc" is not a duration such as 5s, 250ms or 2m"#,
        ),
        ("[soap]\nidle_timeout = 75", "soap.idle_timeout: 75 is not a duration such as 5s, 250ms or 2m"),
        ("[soap]\nmax_message = '2MB'", r#"soap.max_message: "2MB" is not a size such as 2MiB or 64KiB"#),
        ("[soap]\nmax_connections = 0", "soap.max_connections: 0 is not a whole number from 1 to 100000"),
        ("[api]\nlisten = 'here'", r#"api.listen: "here" is not an address and port such as 127.0.0.1:8080"#),
        ("[log]\nformat = 'xml'", r#"log.format: "xml" is not text or json"#),
        (
            "[log]\nfilter = 'a=b=c'",
            r#"log.filter: "a=b=c" is not a filter such as info or info,varco::store=debug"#,
        ),
        (
            "[soap]\npublic_url = 'ftp://x'",
            r#"soap.public_url: "ftp://x" is not a URL such as https://pagopa.comune.example/paForNode"#,
        ),
        (
            "[soap]\nverify_deadline = '7s'",
            "soap.verify_deadline: 7s is too long: the node gives up after 7s",
        ),
        ("[soap]\nbody_timeout = '10s'", "soap.receipt_deadline: 12s is not below soap.body_timeout (10s)"),
        ("[api]\ncertificate = 'a.pem'", "api.key: is missing: api.certificate needs its private key"),
        ("[api]\nkey = 'a.pem'", "api.certificate: is missing: api.key alone serves no TLS"),
    ];
    for (text, expected) in cases {
        assert_eq!(error(with_tls(text, &[])), expected);
    }
}

#[test]
fn unknown_names_are_errors_that_list_the_known_ones() {
    let typo = error(with_tls("[log]\nformats = 'text'", &[]));
    assert_eq!(typo, "log.formats: is not a setting; [log] takes log.filter, log.format");
    let section = error(with_tls("[soup]\nlisten = 'x'", &[]));
    assert_eq!(
        section,
        "soup.listen: is not a setting; the sections are api, approval, catalogue, certificates, database, delivery, legacy, log, maintenance, nats, oidc, partners, people, positions, soap, soap.tls, upload, vault"
    );
    assert!(error(with_tls("[soup]", &[])).starts_with("soup: is not a setting"));
    let variable = error(load(TLS, &[("VARCO__LOG__LEVEL", "hunter2")]));
    assert_eq!(
        variable,
        "log.level: is not a setting; [log] takes log.filter, log.format (from VARCO__LOG__LEVEL)"
    );
}

#[test]
fn a_wrong_variable_is_named_too() {
    let wrong = error(load(TLS, &[("VARCO__SOAP__IDLE_TIMEOUT", "abc")]));
    assert!(wrong.ends_with("(from VARCO__SOAP__IDLE_TIMEOUT)"), "{wrong}");
}

#[test]
fn all_errors_come_at_once() {
    let Err(ConfigError::Settings { errors }) = load("[soap]\nlisten = 'x'\n[log]\nformat = 'y'", &[]) else {
        panic!("accepted")
    };
    let names: Vec<&str> = errors.iter().map(|error| error.setting.as_str()).collect();
    let tls = ["soap.tls.certificate", "soap.tls.key", "soap.tls.client_ca", "soap.tls.allowed_clients"];
    assert_eq!(names, [&tls[..], &["soap.listen", "log.format"]].concat());
}

#[test]
fn nobody_allowed_is_refused_unless_said() {
    let base = "[soap.tls]\ncertificate='c'\nkey='k'\nclient_ca=['a']\n";
    assert!(error(load(base, &[])).starts_with("soap.tls.allowed_clients: lists nobody"));
    assert!(error(load(&format!("{base}allowed_clients=[]"), &[])).contains("lists nobody"));
    let wrong = error(load(&format!("{base}allowed_clients=['CN=node']"), &[]));
    assert!(wrong.contains("is not a list of { subject"), "{wrong}");
    let any = load(&format!("{base}any_client_of_ca=true"), &[]).unwrap();
    assert_eq!(any.soap.tls.allowed_clients, AllowedClients::AnyOfCa);
    let both = error(load(TLS, &[("VARCO__SOAP__TLS__ANY_CLIENT_OF_CA", "true")]));
    assert!(both.starts_with("soap.tls.any_client_of_ca: can't be true"), "{both}");
}

#[test]
fn secrets_come_from_a_file_and_are_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("url");
    std::fs::write(&file, "postgres://u:hunter2@db/varco\n").unwrap();
    let env = [("VARCO__DATABASE__URL_FILE", file.to_str().unwrap())];
    let config = with_tls("[database]\nurl = 'sqlite://x.db'", &env).unwrap();
    assert_eq!(config.database.url.expose_secret(), "postgres://u:hunter2@db/varco");
    let shown = format!("{config}{config:?}");
    assert!(!shown.contains("hunter2"), "{shown}");

    let wrong = error(with_tls("[database]\nurl = 'mysql://u:hunter2@db'", &[]));
    assert!(wrong.starts_with("database.url: ") && !wrong.contains("hunter2"), "{wrong}");
    let both = error(with_tls("[database]\nurl = 'sqlite://x'\nurl_file = 'y'", &[]));
    assert_eq!(both, "database.url_file: stands beside database.url: give one of the two");
    let gone = error(with_tls("[database]\nurl_file = 'gone'", &[]));
    assert!(gone.starts_with("database.url_file: can't read the file /etc/varco/gone"), "{gone}");
}

#[test]
fn the_dump_reads_back() {
    let config = with_tls("[soap]\npublic_url = 'https://ec.example/paForNode'", &[]).unwrap();
    // The empty list beside `any_client_of_ca` and the resolved paths must load again unchanged.
    let again = load(&config.to_string(), &[]).unwrap();
    assert_eq!(again.to_string(), config.to_string());
}

#[test]
fn file_errors_name_the_file_and_hide_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("varco.toml");
    let missing = Config::load(&path, []).unwrap_err().to_string();
    assert!(missing.contains("varco.toml"), "{missing}");
    std::fs::write(&path, "[database]\nurl = 'hunter2' x\n").unwrap();
    let broken = Config::load(&path, []).unwrap_err().to_string();
    assert!(broken.contains("varco.toml") && broken.contains("line 2"), "{broken}");
    assert!(!broken.contains("hunter2"), "{broken}");
}

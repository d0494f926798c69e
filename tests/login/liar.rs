//! A provider that says whatever a test wants it to say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rcgen::{KeyPair, PublicKeyData};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A key of the provider.
pub struct Key {
    pub kid: &'static str,
    pair: KeyPair,
}

impl Key {
    pub fn new(kid: &'static str) -> Self {
        Key { kid, pair: KeyPair::generate().unwrap() }
    }

    fn jwk(&self) -> Value {
        let point = self.pair.der_bytes();
        let (x, y) = (URL_SAFE_NO_PAD.encode(&point[1..33]), URL_SAFE_NO_PAD.encode(&point[33..65]));
        json!({ "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid, "x": x, "y": y })
    }

    /// A token that the key signs.
    pub fn signs(&self, claims: &Value) -> String {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.to_owned());
        encode(&header, claims, &EncodingKey::from_ec_der(&self.pair.serialize_der())).unwrap()
    }
}

/// What the provider says.
#[derive(Default)]
struct Said {
    /// Its keys, as it shows them.
    keys: Vec<Value>,
    /// The answer to each code, once.
    tokens: BTreeMap<String, Value>,
    /// How often the keys were asked for.
    asked: usize,
}

/// The provider.
#[derive(Clone)]
pub struct Liar {
    pub issuer: String,
    said: Arc<Mutex<Said>>,
}

impl Liar {
    /// A provider with that key.
    pub async fn start(key: &Key) -> Liar {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let liar = Liar { issuer, said: Arc::default() };
        liar.shows(&[key]);
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(configuration))
            .route("/jwks", get(keys))
            .route("/token", post(token))
            .with_state(liar.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        liar
    }

    /// From now on it shows these keys.
    pub fn shows(&self, keys: &[&Key]) {
        self.said.lock().unwrap().keys = keys.iter().map(|key| key.jwk()).collect();
    }

    /// How often its keys were asked for.
    pub fn asked(&self) -> usize {
        self.said.lock().unwrap().asked
    }

    /// It gives that token for that code.
    pub fn gives(&self, code: &str, id_token: &str) {
        let answer = json!({ "access_token": "opaque", "token_type": "Bearer", "id_token": id_token });
        self.said.lock().unwrap().tokens.insert(code.to_owned(), answer);
    }

    /// The claims of a token as they should be.
    pub fn claims(&self, nonce: &str, now: i64) -> Value {
        json!({
            "iss": self.issuer, "aud": "varco", "sub": "anna", "iat": now, "exp": now + 300, "nonce": nonce,
            "name": "Anna Bianchi", "email": "anna@comune.example", "email_verified": true,
        })
    }
}

async fn configuration(State(liar): State<Liar>) -> Json<Value> {
    let at = |path: &str| format!("{}/{path}", liar.issuer);
    Json(json!({
        "issuer": liar.issuer, "authorization_endpoint": at("auth"), "token_endpoint": at("token"),
        "jwks_uri": at("jwks"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
    }))
}

async fn keys(State(liar): State<Liar>) -> Json<Value> {
    let mut said = liar.said.lock().unwrap();
    said.asked += 1;
    Json(json!({ "keys": said.keys }))
}

async fn token(State(liar): State<Liar>, body: String) -> Response {
    let field = |name: &str| {
        body.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}="))).unwrap_or_default().to_owned()
    };
    let answer = liar.said.lock().unwrap().tokens.remove(&field("code"));
    match answer {
        Some(answer) if field("code_verifier").len() >= 43 => Json(answer).into_response(),
        _ => (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response(),
    }
}

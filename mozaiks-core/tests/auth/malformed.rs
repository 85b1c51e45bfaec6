//! Texts that are no tokens, or hardly.

use ring::hmac;
use serde_json::{Value, json};

use crate::tokens::{base64url, claims, hmac_with, local_token, local_token_with, signed};
use crate::{SECRET, ask, assert_invalid, assert_user, local};

fn with_header(header: &str) -> String {
    signed(header, &claims().to_string(), hmac_with(hmac::HMAC_SHA256, SECRET.as_bytes()))
}

fn with_claims(claims: &str) -> String {
    signed(r#"{"alg":"HS256"}"#, claims, hmac_with(hmac::HMAC_SHA256, SECRET.as_bytes()))
}

#[test]
fn what_has_not_three_parts_is_no_token() {
    let (users, _) = local();
    let token = local_token(&claims());
    let five = format!("{token}.a.b");
    for text in
        ["", ".", "..", "a", "a.b", "a.b.c", "....", &token[1..], &five, &format!("{token}."), "ä.ö.ü"]
    {
        assert_invalid(&ask(&users, text), "");
    }
}

#[test]
fn every_part_is_base64url_without_padding_in_its_one_form() {
    let (users, _) = local();
    let token = local_token(&claims());
    assert_user(&ask(&users, &token), "alice");
    let parts: Vec<_> = token.split('.').collect();
    for part in 0..3 {
        for spoil in ["=", "+", "/", " ", "\n", "%", "\u{e4}", "A"] {
            let mut parts: Vec<String> = parts.iter().map(ToString::to_string).collect();
            parts[part].push_str(spoil);
            assert_invalid(&ask(&users, &parts.join(".")), "");
        }
    }
    // Bits at the end that decode to nothing: the same bytes, written otherwise.
    let last = token.chars().last().unwrap();
    let alphabet: Vec<char> = ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['-', '_']).collect();
    let place = alphabet.iter().position(|letter| *letter == last).unwrap();
    let twin = format!("{}{}", &token[..token.len() - 1], alphabet[place ^ 1]);
    assert_invalid(&ask(&users, &twin), "base64url");
}

#[test]
fn a_token_is_at_most_16_kib_long() {
    let (users, _) = local();
    let with_filler = |length: usize| local_token_with(json!({ "filler": "x".repeat(length) }));
    let mut length = 12_000;
    while with_filler(length + 1).len() <= 16 * 1024 {
        length += 1;
    }
    assert_user(&ask(&users, &with_filler(length)), "alice");
    assert_invalid(&ask(&users, &with_filler(length + 1)), "longer than 16384 bytes");
    assert_invalid(&ask(&users, &"a".repeat(50_000_000)), "longer");
}

#[test]
fn header_and_claims_are_json_objects() {
    let (users, _) = local();
    for text in
        ["", "{", "[]", "7", "null", "\"x\"", "{}}", "\u{feff}{}", "{\"alg\":\"HS256\"} x", "{'alg':'HS256'}"]
    {
        assert_invalid(&ask(&users, &with_header(text)), "cannot be read");
        assert_invalid(&ask(&users, &with_claims(text)), "cannot be read");
    }
    let not_utf8 = format!("{}.{}", base64url(b"{\"alg\":\"HS256\"}"), base64url(b"{\"sub\":\"\xff\"}"));
    let signature = hmac_with(hmac::HMAC_SHA256, SECRET.as_bytes())(not_utf8.as_bytes());
    assert_invalid(&ask(&users, &format!("{not_utf8}.{}", base64url(signature))), "cannot be read");
}

#[test]
fn no_name_stands_twice() {
    let (users, _) = local();
    assert_invalid(&ask(&users, &with_header(r#"{"alg":"HS256","alg":"HS256"}"#)), "cannot be read");
    assert_invalid(&ask(&users, &with_header(r#"{"alg":"none","alg":"HS256"}"#)), "cannot be read");
    assert_invalid(&ask(&users, &with_header(r#"{"alg":"HS256","kid":"a","kid":"b"}"#)), "cannot be read");
    let claims = claims().to_string();
    let begun = claims.strip_suffix('}').unwrap();
    for again in [r#""sub":"bob""#, r#""exp":9999999999"#, r#""is_superadmin":true,"is_superadmin":true"#] {
        assert_invalid(&ask(&users, &with_claims(&format!("{begun},{again}}}"))), "cannot be read");
    }
    // The same name, written otherwise.
    assert_invalid(&ask(&users, &with_claims(&format!(r#"{begun},"s\u0075b":"bob"}}"#))), "cannot be read");
}

#[test]
fn claims_are_not_nested_without_end() {
    let (users, _) = local();
    let claims = claims().to_string();
    let begun = claims.strip_suffix('}').unwrap();
    let nested = |depth: usize| format!("{begun},\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert_user(&ask(&users, &with_claims(&nested(100))), "alice");
    assert_invalid(&ask(&users, &with_claims(&nested(1_000))), "cannot be read");
    assert_invalid(&ask(&users, &with_claims(&nested(5_000))), "cannot be read");
}

#[test]
fn a_header_that_asks_to_be_understood_is_refused() {
    let (users, _) = local();
    for header in [r#"{"alg":"HS256","crit":["b64"],"b64":false}"#, r#"{"alg":"HS256","crit":[]}"#] {
        assert_invalid(&ask(&users, &with_header(header)), "understands");
    }
}

#[test]
fn keys_that_a_token_brings_along_are_not_used() {
    let (users, _) = local();
    let key = json!({ "kty": "oct", "k": base64url("the attacker's own secret, which is long") });
    for header in [
        json!({ "alg": "HS256", "jwk": key }),
        json!({ "alg": "HS256", "jku": "http://127.0.0.1:1/keys" }),
        json!({ "alg": "HS256", "x5u": "http://127.0.0.1:1/keys", "kid": "../../dev/null" }),
    ] {
        let sign = hmac_with(hmac::HMAC_SHA256, b"the attacker's own secret, which is long");
        let token = signed(&header.to_string(), &claims().to_string(), sign);
        assert_invalid(&ask(&users, &token), "signature");
    }
}

#[test]
fn a_changed_token_is_refused_at_every_byte() {
    let (users, _) = local();
    let token = local_token(&claims());
    for place in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
        assert_invalid(&ask(&users, &String::from_utf8(changed).unwrap()), "");
    }
    assert_user(&ask(&users, &token), "alice");
}

#[test]
fn a_signature_cut_short_or_missing_is_refused() {
    let (users, _) = local();
    let token = local_token(&claims());
    let (message, signature) = token.rsplit_once('.').unwrap();
    for length in [0, 4, 8, 40] {
        assert_invalid(&ask(&users, &format!("{message}.{}", &signature[..length])), "");
    }
    assert_invalid(&ask(&users, &local_token(&Value::Null)), "cannot be read");
}

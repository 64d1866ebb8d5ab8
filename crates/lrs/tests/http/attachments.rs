use axum::http::{Method, StatusCode};
use cartable_lrs_store::on_both_engines;
use serde_json::{Value, json};
use sha2::{Digest, Sha256, Sha512};

use crate::{Answer, Client, statement};

const MULTIPART: &str = "multipart/mixed; boundary=limit";

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn sha2(content: &[u8]) -> String {
    hexadecimal(&Sha256::digest(content))
}

fn attachment(content_type: &str, sha2: &str) -> Value {
    json!({
        "usageType": "https://example.org/usage", "display": { "fr": "Une pièce" },
        "contentType": content_type, "length": 3, "sha2": sha2,
    })
}

/// The headers of a part and its content.
type Part<'p> = (&'p str, &'p [u8]);

/// A body: the statements, then parts with their headers.
fn multipart(statements: &Value, parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = format!("--limit\r\nContent-Type: application/json\r\n\r\n{statements}\r\n").into_bytes();
    for (headers, content) in parts {
        body.extend(format!("--limit\r\n{headers}\r\n").bytes());
        body.extend(*content);
        body.extend(b"\r\n");
    }
    body.extend(b"--limit--\r\n");
    body
}

fn part(sha2: &str) -> String {
    format!(
        "Content-Type: text/plain\r\nContent-Transfer-Encoding: binary\r\nX-Experience-API-Hash: {sha2}\r\n"
    )
}

async fn post(client: &Client, body: Vec<u8>) -> Answer {
    client
        .call(
            Method::POST,
            "/xapi/statements",
            &[("content-type", MULTIPART)],
            body,
        )
        .await
}

on_both_engines! {
    async fn the_bytes_of_attachments_come_back_as_they_went(database) {
        let client = Client::new(&database).await;
        let contents: [&[u8]; 2] = [b"\x00\xff\r\n--limi", b"two"];
        let (one, two) = (sha2(contents[0]), hexadecimal(&Sha512::digest(contents[1])));
        let mut first = statement("zoe", "attached");
        first["attachments"] = json!([attachment("image/png", &one.to_uppercase()), attachment("text/plain; charset=utf-8", &two)]);
        let mut second = statement("ali", "attached");
        second["attachments"] = json!([attachment("image/png", &one)]);
        let body = multipart(&json!([first, second]), &[(&part(&two), contents[1]), (&part(&one), contents[0])]);
        let answer = post(&client, body).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        let ids: Vec<String> = serde_json::from_slice(&answer.body).unwrap();

        for path in ["/xapi/statements?attachments=true&limit=2".to_owned(), format!("/xapi/statements?attachments=true&statementId={}", ids[0])] {
            let answer = client.get(&path).await;
            assert_eq!(answer.status, StatusCode::OK);
            let content_type = answer.header("content-type").to_owned();
            let boundary = content_type.strip_prefix("multipart/mixed; boundary=").unwrap();
            let text = String::from_utf8_lossy(&answer.body);
            let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
            // Nothing before the first boundary; the statements; each content once; the end.
            assert_eq!(parts.len(), 5, "{text}");
            assert!(parts[1].starts_with("\r\nContent-Type: application/json\r\n\r\n{"));
            assert_eq!(parts[4], "--\r\n");
            for (hash, content) in [(&one, contents[0]), (&two, contents[1])] {
                let tail = [b"\r\n\r\n", content, b"\r\n--"].concat();
                assert!(text.contains(&format!("X-Experience-API-Hash: {hash}")));
                assert!(answer.body.windows(tail.len()).any(|window| window == tail), "{text}");
            }
            assert!(text.contains("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: binary\r\n"));
        }
        for path in ["/xapi/statements?attachments=false", "/xapi/statements"] {
            assert_eq!(client.get(path).await.header("content-type"), "application/json");
        }
    }

    async fn parts_and_attachments_must_answer_each_other(database) {
        let client = Client::new(&database).await;
        let hash = sha2(b"one");
        let mut attached = statement("zoe", "attached");
        attached["attachments"] = json!([attachment("text/plain", &hash)]);
        let good = part(&hash);
        let unencoded = good.replace("binary", "base64");
        let unhashed = good.replace("X-Experience-API-Hash", "X-Other");
        let stranger = part(&sha2(b"two"));
        let refused: [(&[Part<'_>], &str); 6] = [
            (&[], "attachment-part"),
            (&[(&good, b"two")], "part"),
            (&[(&good, b"one"), (&stranger, b"two")], "part"),
            (&[(&unencoded, b"one")], "part"),
            (&[(&unhashed, b"one")], "part"),
            (&[(&good, b"one"), ("Content-Type: application/json\r\n", b"{}")], "part"),
        ];
        for (parts, rule) in refused {
            let answer = post(&client, multipart(&attached, parts)).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{parts:?}");
            let violations = answer.json()["violations"].clone();
            assert_eq!(violations[0]["rule"], rule, "{violations}");
            assert!(violations[0]["clause"].as_str().unwrap().contains("1.0.3"));
        }
        let answer = post(&client, multipart(&json!([statement("ali", "did"), attached]), &[])).await;
        assert_eq!(answer.json()["violations"][0]["pointer"], "/1/attachments/0");
        let whole = multipart(&attached, &[(&good, b"one")]);
        for cut in [&whole[..whole.len() - 12], &whole[7..], b"", b"--limit--"] {
            assert_eq!(post(&client, cut.to_vec()).await.status, StatusCode::BAD_REQUEST);
        }
        for media in ["multipart/mixed", "multipart/form-data; boundary=limit", "multipart/mixed; boundary=other"] {
            let answer = client.call(Method::POST, "/xapi/statements", &[("content-type", media)], whole.clone()).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{media}");
        }
        assert_eq!(post(&client, whole).await.status, StatusCode::OK);
        // With an address, the bytes need not come; nothing of what was refused was kept.
        attached["attachments"][0]["fileUrl"] = "https://example.org/one.txt".into();
        assert_eq!(client.post_json("/xapi/statements", attached.to_string()).await.status, StatusCode::OK);
        assert_eq!(client.get("/xapi/statements").await.json()["statements"].as_array().unwrap().len(), 2);
    }

    async fn a_signature_is_verified_with_its_certificate(database) {
        let client = Client::new(&database).await;
        let signed = |signature: &str, content_type: &str| {
            let mut signed = statement("zoe", "signed");
            // The comparison stops at hundredths of a second.
            signed["result"] = json!({ "duration": "PT1.23S" });
            let hash = sha2(signature.as_bytes());
            signed["attachments"] = json!([attachment(content_type, &hash)]);
            signed["attachments"][0]["usageType"] = "http://adlnet.gov/expapi/attachments/signature".into();
            multipart(&signed, &[(&part(&hash), signature.as_bytes())])
        };
        let rs256 = include_str!("signature/rs256.jws");
        for signature in [rs256, include_str!("signature/rs384.jws"), include_str!("signature/rs512.jws")] {
            let answer = post(&client, signed(signature, "application/octet-stream")).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
        }
        let mut segments = rs256.split('.');
        let (header, payload, mark) = (segments.next().unwrap(), segments.next().unwrap(), segments.next().unwrap());
        let other_algorithm = "eyJhbGciOiJIUzI1NiJ9";
        for (signature, reason) in [
            (format!("{header}.{payload}.{}", mark.replace(['a', 'b'], "c")), "key did not make it"),
            (format!("{header}.e30.{mark}"), "no statement"),
            (format!("{other_algorithm}.{payload}.{mark}"), "HS256"),
            (format!("{header}.{payload}."), "empty"),
            (format!("{header}.{payload}"), "three segments"),
            (format!("{header}.{payload}.{mark}.{mark}"), "three segments"),
            (format!("!.{payload}.{mark}"), "base64url"),
            ("\u{e9}".to_owned(), "three segments"),
        ] {
            let answer = post(&client, signed(&signature, "application/octet-stream")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{reason}");
            let violation = answer.json()["violations"][0].clone();
            assert_eq!((&violation["rule"], &violation["pointer"]), (&json!("signature"), &json!("/attachments/0")));
            assert!(violation["detail"].as_str().unwrap().contains(reason), "{violation}");
        }
        assert_eq!(post(&client, signed(rs256, "text/plain")).await.status, StatusCode::BAD_REQUEST);
        let mut different = String::from_utf8(signed(rs256, "application/octet-stream")).unwrap();
        different = different.replacen("https://example.org/7", "https://example.org/8", 1);
        let answer = post(&client, different.into_bytes()).await;
        assert!(answer.text().contains("means something else"), "{}", answer.text());
    }
}

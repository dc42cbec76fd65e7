use serde_json::json;
use testkit::net::{
    Condition, Pipeline, Request, decode_pipeline_request_json, decode_pipeline_request_protobuf,
};
use turso_conn::Value;

fn json(body: &serde_json::Value) -> testkit::Result<Pipeline> {
    decode_pipeline_request_json(body.to_string().as_bytes())
}

/// A Protobuf field of bytes, shorter than 128.
fn field(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap();
    [&[tag << 3 | 2, length], content].concat()
}

#[test]
fn every_type_of_value_is_told_apart() {
    let args = json!([
        {"type": "null"},
        {"type": "integer", "value": "-9223372036854775808"},
        {"type": "float", "value": 1.5},
        {"type": "text", "value": "a \"quoted\" ü"},
        {"type": "blob", "base64": "AAEC/w"},
    ]);
    let pipeline = json(&json!({"baton": "b", "requests": [
        {"type": "execute", "stmt": {"sql": "SELECT 1", "args": args, "want_rows": false}},
        {"type": "close"},
    ]}));
    let pipeline = pipeline.unwrap();
    assert_eq!(pipeline.baton.as_deref(), Some("b"));
    let [Request::Execute(statement), Request::Close] = &pipeline.requests[..] else {
        panic!("{pipeline:?}");
    };
    let values = [
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Real(1.5),
        Value::Text("a \"quoted\" ü".into()),
        Value::Blob(vec![0, 1, 2, 255]),
    ];
    assert_eq!(statement.args, values);
    assert!(!statement.want_rows && statement.named_args.is_empty());
}

#[test]
fn conditions_nest() {
    let condition = json!({"type": "and", "conds": [
        {"type": "ok", "step": 0},
        {"type": "not", "cond": {"type": "is_autocommit"}},
        {"type": "or", "conds": [{"type": "error", "step": 3}]},
    ]});
    let steps =
        json!([{"stmt": {"sql": "BEGIN"}}, {"condition": condition, "stmt": {"sql": "COMMIT"}}]);
    let batch = json!({"type": "batch", "batch": {"steps": steps}});
    let pipeline = json(&json!({"requests": [batch]})).unwrap();
    let [Request::Batch(steps)] = &pipeline.requests[..] else {
        panic!("{pipeline:?}");
    };
    let wanted = Condition::And(vec![
        Condition::Ok(0),
        Condition::Not(Box::new(Condition::IsAutocommit)),
        Condition::Or(vec![Condition::Error(3)]),
    ]);
    assert_eq!(steps[0].condition, None);
    assert_eq!(steps[1].condition, Some(wanted));
    assert_eq!(steps[1].statement.sql, "COMMIT");
}

#[test]
fn protobuf_means_the_same_as_json() {
    let value = field(5, &[0, 1, 2]);
    let statement = [field(1, b"SELECT ?1"), field(3, &value)].concat();
    let execute = field(2, &field(2, &field(1, &statement)));
    let close = field(2, &field(1, b""));
    let protobuf = decode_pipeline_request_protobuf(&[execute, close].concat()).unwrap();
    let args = json!([{"type": "blob", "base64": "AAEC"}]);
    let same = json(&json!({"requests": [
        {"type": "execute", "stmt": {"sql": "SELECT ?1", "args": args}},
        {"type": "close"},
    ]}));
    assert_eq!(protobuf, same.unwrap());
}

#[test]
fn what_the_server_would_refuse_is_an_error() {
    for text in ["", "hello", "{}", r#"{"requests":[{"type":"none"}]}"#] {
        decode_pipeline_request_json(text.as_bytes()).unwrap_err();
    }
    let nan = json!({"type": "float", "value": null});
    let execute = json!({"type": "execute", "stmt": {"sql": "SELECT ?1", "args": [nan]}});
    json(&json!({"requests": [execute]})).unwrap_err();
    decode_pipeline_request_protobuf(&[0xff]).unwrap_err();
    let of_no_kind = field(2, b"");
    decode_pipeline_request_protobuf(&of_no_kind).unwrap_err();
}

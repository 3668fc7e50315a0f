use keyway_protocols::carrier::Opaque;
use serde_json::json;

use super::*;

fn body() -> Bytes {
    let carrier = Carrier {
        provider: "p".to_owned(),
        opaque: Opaque::Signature("s".to_owned()),
    };
    json!({"messages": [{"signature": carrier.wrapped()}]})
        .to_string()
        .into()
}

#[test]
fn carriers_are_found_wherever_a_body_was_cut() {
    let body = body();
    for at in 0..=body.len() {
        let pieces = [body.slice(..at), body.slice(at..)];
        assert!(holds_carriers(&pieces), "cut at {at}");
    }
    assert!(!holds_carriers(&[Bytes::from_static(b"{\"kw1\":1}")]));
}

#[test]
fn a_body_is_looked_into_only_where_it_may_hold_what_is_refused() {
    let pieces = [Bytes::from_static(b"{\"model\":\"m\",\"store\":true}")];
    let plain = Quirks::default();
    let refusing = |field: &str| Quirks {
        refuses: vec![field.to_owned()],
        ..Quirks::default()
    };
    assert!(!needs_cleaning(&pieces, &plain));
    assert!(!needs_cleaning(&pieces, &refusing("seed")));
    assert!(needs_cleaning(&pieces, &refusing("store")));
    assert!(needs_cleaning(&pieces, &refusing("a.store")));
}

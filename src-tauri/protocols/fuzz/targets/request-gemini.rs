//! Fuzzes the request reader of `gemini`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyway_protocols_fuzz::request(
    keyway_protocols::Protocol::Gemini,
    data
));

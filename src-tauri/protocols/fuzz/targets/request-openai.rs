//! Fuzzes the request reader of `openai`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyway_protocols_fuzz::request(
    keyway_protocols::Protocol::OpenAi,
    data
));

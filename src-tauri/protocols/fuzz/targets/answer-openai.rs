//! Fuzzes the answer reader of `openai`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| keyway_protocols_fuzz::answer(
    keyway_protocols::Protocol::OpenAi,
    data
));

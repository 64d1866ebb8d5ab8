#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| cartable_lrs::fuzzing::statement(data));

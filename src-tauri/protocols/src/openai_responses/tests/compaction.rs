//! What is asked of providers.

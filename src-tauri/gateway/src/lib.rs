//! Keyway without a screen.

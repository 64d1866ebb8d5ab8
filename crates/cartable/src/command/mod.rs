//! The commands, one per module.

pub(crate) mod build;
pub(crate) mod check;

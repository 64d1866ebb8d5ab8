//! The commands, one per module.

pub(crate) mod build;
pub(crate) mod check;
pub(crate) mod credential;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod lrs;
pub(crate) mod password;
pub(crate) mod serve;
pub(crate) mod store;

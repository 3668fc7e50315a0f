//! One provider and the model to ask it for.

use std::sync::Arc;

use keyway_protocols::{Protocol, quirks::Quirks};

use crate::{
    config::{ProviderView, Route},
    ids::CredentialId,
    upstream::health::Circuit,
};

/// One provider and the model to ask it for.
#[derive(Debug, Clone)]
pub(in crate::proxy) struct PlannedTarget {
    /// The provider to ask.
    pub provider: Arc<ProviderView>,
    /// The protocol it is spoken to in: the caller's if it knows that, else its own main one.
    pub protocol: Protocol,
    /// Where its name of the model stands.
    pub(super) model: Model,
}

/// Where the name of a model stands; routes lend theirs, so that planning copies no text.
#[derive(Debug, Clone)]
pub(super) enum Model {
    /// The primary binding of a route.
    Primary(Arc<Route>),
    /// A further target of a route.
    Further(Arc<Route>, usize),
    /// The client named it itself.
    Named(Arc<str>),
}

impl PlannedTarget {
    /// The model to ask the provider for.
    pub(in crate::proxy) fn model(&self) -> &str {
        match &self.model {
            Model::Primary(route) => &route.upstream_model,
            Model::Further(route, index) => &route.targets[*index].upstream_model,
            Model::Named(name) => name,
        }
    }

    /// How it differs from its protocol's book.
    pub(in crate::proxy) fn quirks(&self) -> Arc<Quirks> {
        self.provider.quirks(self.protocol, self.model())
    }

    /// Its share in mode `balance`; a primary binding that is not listed has one of 1.
    pub(super) fn weight(&self) -> u32 {
        match &self.model {
            Model::Primary(_) | Model::Named(_) => 1,
            Model::Further(route, index) => route.targets[*index].weight,
        }
    }

    /// What rests when this target fails with one of its credentials.
    pub(in crate::proxy) fn circuit(&self, credential: Option<&CredentialId>) -> Circuit {
        Circuit {
            provider: self.provider.provider.uid.clone(),
            credential: credential.cloned(),
            model: Some(self.model().to_owned()),
        }
    }
}

//! The report of a digest that was looked up.

use crate::experiment::digest::Prefix;
use crate::parity::known_digests::Variant;
use crate::report::count;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize)]
pub struct LookUp {
    digest: String,
    steps: usize,
    /// The runs that have this digest.
    pub found: Vec<Found>,
    /// The arithmetics in which the runs were computed.
    tried: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Found {
    #[serde(flatten)]
    pub variant: Variant,
    arithmetic: String,
}

impl LookUp {
    pub fn new(digest: &Prefix, steps: usize) -> LookUp {
        LookUp { digest: digest.to_string(), steps, found: vec![], tried: vec![] }
    }

    /// Adds what was found in this arithmetic.
    pub fn add(&mut self, arithmetic: String, found: impl IntoIterator<Item = Variant>) {
        let found = found.into_iter().map(|variant| Found { variant, arithmetic: arithmetic.clone() });
        self.found.extend(found);
        self.tried.push(arithmetic);
    }

    pub fn text(&self) -> String {
        let LookUp { digest, steps, found, tried } = self;
        let steps = count(*steps);
        if found.is_empty() {
            let (first, others) = tried.split_at(tried.len().min(2));
            let others = match others.len() {
                0 => String::new(),
                others => {
                    format!(", and with {others} other choices of the kernels of ATen and MKL, which the JSON names")
                }
            };
            return format!(
                "No run that this machine can compute has the digest {digest} after {steps} steps. Tried are the notebook's \
                 four runs, with the gradient scaled and through SGD with momentum, in f32 and f64, in {}{others}.\n",
                first.join(" and in ")
            );
        }
        let found =
            found.iter().map(|Found { variant, arithmetic }| format!("{variant}, {steps} steps, in {arithmetic}"));
        format!("{digest} is the digest of {}.\n", found.collect::<Vec<_>>().join(", and of "))
    }
}

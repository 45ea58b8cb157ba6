//! How a series of losses was made, found by making it: as the run that it should be, in both arithmetics, and as runs that
//! differ from it in what people do otherwise.

use crate::by_hand::{Kernels, Problem, State};
use crate::descent::{Descent, Start, Steps, start};
use crate::experiment::{Dtype, Experiment, Gradient, Matrix, Scalar};
use crate::libtorch::{Arithmetic, Libtorch, flat, kind};
use crate::parity::loss_file::Losses;
use crate::parity::printed_digits::Printed;
use anyhow::{Context, Result};
use serde::Serialize;

/// Something that was done otherwise than in the run that the series is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The settings are those of this run of the notebook.
    Run(&'static str),
    /// The gradient becomes a step in this way.
    Gradient(Gradient),
    /// The momentum is 0.
    NoMomentum,
    /// Everything is drawn and computed in this type.
    Dtype(Dtype),
    /// Everything is computed in this type, but drawn in the run's.
    Converted(Dtype),
    /// The first `rand` after the seed is the matrix, the second the parameter.
    MatrixFirst,
    /// The series begins with the loss of step 1.
    WithoutFirst,
    /// The series has one more number before its first loss.
    OneBefore,
}

/// How exactly a series agrees with the losses that were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fit {
    /// In every bit.
    Bits,
    /// In every bit, once the losses, which are doubles, are rounded to float32.
    Float32,
    /// In the digits that were printed.
    Printed(Printed),
}

/// Why a series isn't equal to the run's losses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// With these changes all losses agree. Without any, it is the run itself.
    Made {
        /// What was done otherwise.
        changes: Vec<Change>,
        /// The arithmetic in which they agree.
        arithmetic: Arithmetic,
        /// How exactly.
        fit: Fit,
        /// How many losses agree.
        losses: usize,
    },
    /// Only the losses of these steps differ, and the run goes on as if they didn't.
    Numbers {
        /// The steps.
        steps: Vec<usize>,
        /// The arithmetic in which the others are equal.
        arithmetic: Arithmetic,
    },
    /// With these changes the first losses agree but for rounding; later ones don't.
    Near {
        /// What was done otherwise.
        changes: Vec<Change>,
    },
    /// The run itself, but for rounding: where the series first differs, in each arithmetic.
    Rounding {
        /// The arithmetic and the step.
        first: Vec<(Arithmetic, usize)>,
    },
    /// Another run, by more than rounding.
    Another {
        /// The first step that is too far off. The matrix, the seed and the parameter decide step 0, the learning rate step
        /// 1, the momentum step 2.
        step: usize,
    },
}

/// What was found out.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    /// The arithmetics in which the run has every bit of the series.
    pub equal_in: Vec<Arithmetic>,
    /// The arithmetic in which the run comes nearest, and its losses there, each a number of the run's dtype.
    pub nearest: (Arithmetic, Vec<f64>),
    /// Why the series isn't equal to the run in the arithmetic that counts; `None` if it is.
    pub cause: Option<Cause>,
}

/// How many of the first losses tell one run from another.
const FIRST: usize = 3;

/// Far more than rounding makes of the first losses, and less than any change that someone makes on purpose.
const FAR: f64 = 1e-3;

/// The largest matrix on which libtorch in notebook arithmetic sums as the loop by hand: on a larger one several threads share
/// the loss's sum, and soon the products are summed in blocks.
pub const LARGEST_BY_HAND: usize = 181;

/// Compares the series `theirs` with the losses of `experiment`, which has as many steps, and finds out why they differ. The
/// arithmetics are this process's own, through libtorch, and the notebook's, by hand; only the `asked` one counts, if any.
/// `told` is called after each step that is computed.
///
/// # Errors
/// When libtorch can't compute.
pub fn diagnose(
    libtorch: Libtorch,
    experiment: &Experiment,
    theirs: &Losses,
    asked: Option<Arithmetic>,
    told: &dyn Fn(),
) -> Result<Diagnosis> {
    let all = theirs.f64.len();
    let mut arithmetics = vec![libtorch.arithmetic()];
    if arithmetics[0] == Arithmetic::Native && experiment.size <= LARGEST_BY_HAND {
        arithmetics.push(Arithmetic::Notebook);
    }
    let to_the_bit = |dtype| move |ours: f64, at: usize| Fit::Bits.holds(ours, theirs, at, dtype);
    let (mut runs, mut equal_in) = (vec![], vec![]);
    for arithmetic in arithmetics {
        let way = Way { experiment: experiment.clone(), changes: vec![], arithmetic };
        let mut run = Making::new(libtorch, way, told)?;
        let first = run.first_difference(all, to_the_bit(experiment.dtype))?;
        equal_in.extend(first.is_none().then_some(arithmetic));
        runs.push((first, run));
    }
    let counts = |arithmetic: Arithmetic| asked.is_none_or(|asked| asked == arithmetic);
    let is_equal = equal_in.iter().any(|&arithmetic| counts(arithmetic));
    let cause = if is_equal { None } else { Some(cause(libtorch, experiment, theirs, &mut runs, told)?) };
    let counted = runs.into_iter().filter(|(_, run)| counts(run.way.arithmetic));
    let nearest = counted.rev().max_by_key(|(first, _)| first.unwrap_or(all));
    let mut nearest = nearest.context("this process can't compute in that arithmetic")?.1;
    nearest.loss(all - 1)?;
    nearest.losses.truncate(all);
    Ok(Diagnosis { equal_in, nearest: (nearest.way.arithmetic, nearest.losses), cause })
}

/// Why the series is none of these runs, which are one in several arithmetics, in the arithmetic that counts.
fn cause(
    libtorch: Libtorch,
    experiment: &Experiment,
    theirs: &Losses,
    runs: &mut [(Option<usize>, Making)],
    told: &dyn Fn(),
) -> Result<Cause> {
    let all = theirs.f64.len();
    let arithmetics: Vec<_> = runs.iter().map(|(_, run)| run.way.arithmetic).collect();
    let ways = ways(experiment, all, &arithmetics);
    let fits = |fit: Fit| {
        for way in &ways {
            let mut run = Making::new(libtorch, way.clone(), told)?;
            if run.first_difference(all, |ours, at| fit.holds(ours, theirs, at, way.experiment.dtype))?.is_none() {
                let losses = all - run.theirs_from();
                let (changes, arithmetic) = (way.changes.clone(), way.arithmetic);
                return Ok(Some(Cause::Made { changes, arithmetic, fit, losses }));
            }
        }
        anyhow::Ok(None)
    };
    let exact = if theirs.are_f32() { &[Fit::Bits, Fit::Float32][..] } else { &[Fit::Bits] };
    for &fit in exact {
        if let Some(made) = fits(fit)? {
            return Ok(made);
        }
    }
    for (first, run) in runs.iter_mut() {
        if let Some(steps) = changed_numbers(run, first.unwrap_or(all), theirs)? {
            return Ok(Cause::Numbers { steps, arithmetic: run.way.arithmetic });
        }
    }
    for printed in Printed::ways(&theirs.f64, theirs.are_f32()) {
        if let Some(made) = fits(Fit::Printed(printed))? {
            return Ok(made);
        }
    }
    let near = |ours: f64, at: usize| {
        let theirs = theirs.f64[at];
        (ours - theirs).abs() <= FAR * ours.abs().min(theirs.abs()) || ours == theirs || ours.same(theirs)
    };
    let Some(step) = runs[0].1.first_difference(all.min(FIRST), near)? else {
        let first = runs.iter().filter_map(|(first, run)| Some((run.way.arithmetic, (*first)?))).collect();
        return Ok(Cause::Rounding { first });
    };
    for way in &ways {
        let mut run = Making::new(libtorch, way.clone(), told)?;
        let first = all.min(FIRST + run.theirs_from());
        if run.first_difference(first, near)?.is_none() {
            return Ok(Cause::Near { changes: way.changes.clone() });
        }
    }
    Ok(Cause::Another { step })
}

/// The steps at which the series differs from the run, if they are few and the run goes on as before after the first.
fn changed_numbers(run: &mut Making, first: usize, theirs: &Losses) -> Result<Option<Vec<usize>>> {
    const LOOK_AHEAD: usize = 8;
    let dtype = run.way.experiment.dtype;
    let mut differ = |from: usize, to: usize| -> Result<Vec<usize>> {
        let mut steps = vec![];
        for at in from..to {
            if !Fit::Bits.holds(run.loss(at)?, theirs, at, dtype) {
                steps.push(at);
            }
        }
        Ok(steps)
    };
    let all = theirs.f64.len();
    let soon = all.min(first + 1 + LOOK_AHEAD);
    if 2 * differ(first + 1, soon)?.len() > soon - first - 1 {
        return Ok(None);
    }
    let steps = differ(first, all)?;
    Ok(Some(steps).filter(|steps| 2 * steps.len() < all))
}

/// One way to make a series.
#[derive(Clone, Debug)]
struct Way {
    experiment: Experiment,
    changes: Vec<Change>,
    arithmetic: Arithmetic,
}

/// The ways that are tried, those with the fewest changes first.
fn ways(asked: &Experiment, losses: usize, arithmetics: &[Arithmetic]) -> Vec<Way> {
    let settings =
        |run: &Experiment| Experiment { steps: 0, dtype: asked.dtype, gradient: asked.gradient, ..run.clone() };
    let others = Experiment::of_the_notebook().into_iter().filter(|(_, run)| settings(run) != settings(asked));
    let gradient = if asked.gradient == Gradient::Scaled { Gradient::Optimizer } else { Gradient::Scaled };
    let dtype = if asked.dtype == Dtype::F32 { Dtype::F64 } else { Dtype::F32 };
    let shifts = if losses > FIRST { vec![Change::WithoutFirst, Change::OneBefore] } else { vec![] };
    let mut combinations: Vec<Vec<Change>> = vec![vec![]];
    for one_of in [
        others.map(|(name, _)| Change::Run(name)).collect(),
        vec![Change::Gradient(gradient)],
        vec![Change::NoMomentum],
        shifts,
        vec![Change::MatrixFirst],
        vec![Change::Dtype(dtype), Change::Converted(dtype)],
    ] {
        let with = |change| combinations.iter().map(move |combination| [&combination[..], &[change]].concat());
        let more: Vec<_> = one_of.into_iter().flat_map(with).collect();
        combinations.extend(more);
    }
    // A step takes long on a large matrix.
    let most = if asked.size <= 32 { 3 } else { 1 };
    combinations.retain(|changes| changes.len() <= most);
    combinations.sort_by_key(Vec::len);
    let changed = |changes: &[Change]| changes.iter().fold(asked.clone(), |experiment, change| change.of(experiment));
    let ways = combinations.into_iter().flat_map(|changes| {
        let experiment = changed(&changes);
        arithmetics.iter().map(move |&arithmetic| (experiment.clone(), changes.clone(), arithmetic))
    });
    ways.map(|(experiment, changes, arithmetic)| Way { experiment, changes, arithmetic }).collect()
}

impl Change {
    /// The settings with this change.
    pub fn of(self, experiment: Experiment) -> Experiment {
        match self {
            Change::Run(name) => {
                let Experiment { steps, dtype, gradient, .. } = experiment;
                let run = Experiment::of_the_notebook().into_iter().find(|(known, _)| *known == name);
                run.map_or(experiment, |(_, run)| Experiment { steps, dtype, gradient, ..run })
            }
            Change::Gradient(gradient) => Experiment { gradient, ..experiment },
            Change::NoMomentum => Experiment { momentum: 0.0, ..experiment },
            Change::Dtype(dtype) | Change::Converted(dtype) => Experiment { dtype, ..experiment },
            Change::MatrixFirst | Change::WithoutFirst | Change::OneBefore => experiment,
        }
    }
}

impl Fit {
    /// Whether a loss of ours, in this dtype, agrees with theirs at this place.
    fn holds(self, ours: f64, theirs: &Losses, at: usize, dtype: Dtype) -> bool {
        match (self, dtype, &theirs.f32) {
            (Fit::Bits, Dtype::F32, Some(theirs)) => (ours as f32).same(theirs[at]),
            (Fit::Bits, ..) => ours.same(theirs.f64[at]),
            (Fit::Float32, Dtype::F64, Some(theirs)) => (ours as f32).same(theirs[at]),
            (Fit::Float32, ..) => false,
            (Fit::Printed(printed), ..) => printed.agrees(ours, theirs.f64[at]),
        }
    }
}

/// A series in the making, as far as someone looked at it.
struct Making<'a> {
    way: Way,
    step: Box<dyn FnMut() -> Result<f64>>,
    losses: Vec<f64>,
    told: &'a dyn Fn(),
}

impl<'a> Making<'a> {
    fn new(libtorch: Libtorch, way: Way, told: &'a dyn Fn()) -> Result<Making<'a>> {
        let step = match way.experiment.dtype {
            Dtype::F32 => steps::<f32>(libtorch, &way)?,
            Dtype::F64 => steps::<f64>(libtorch, &way)?,
        };
        Ok(Making { way, step, losses: vec![], told })
    }

    /// The loss of this step.
    fn loss(&mut self, at: usize) -> Result<f64> {
        while self.losses.len() <= at {
            self.losses.push((self.step)()?);
            (self.told)();
        }
        Ok(self.losses[at])
    }

    /// The place in the file that the first loss is compared with.
    fn theirs_from(&self) -> usize {
        usize::from(self.way.changes.contains(&Change::OneBefore))
    }

    /// The first place before `end` where `agrees`, given our loss and the place in the file, doesn't hold.
    fn first_difference(&mut self, end: usize, agrees: impl Fn(f64, usize) -> bool) -> Result<Option<usize>> {
        let ours_from = usize::from(self.way.changes.contains(&Change::WithoutFirst));
        for at in self.theirs_from()..end {
            if !agrees(self.loss(at - self.theirs_from() + ours_from)?, at) {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }
}

/// The losses of this way, one a call.
fn steps<T: Scalar + 'static>(libtorch: Libtorch, way: &Way) -> Result<Box<dyn FnMut() -> Result<f64>>> {
    let Way { experiment, changes, arithmetic } = way;
    let drawn_in = changes.iter().find_map(|change| match change {
        Change::Converted(Dtype::F32) => Some(Dtype::F64),
        Change::Converted(Dtype::F64) => Some(Dtype::F32),
        _ => None,
    });
    let draw = |experiment: &Experiment| match drawn_in.unwrap_or(T::DTYPE) {
        Dtype::F32 => start::<f32>(libtorch, experiment),
        Dtype::F64 => start::<f64>(libtorch, experiment),
    };
    let mut started = draw(experiment)?;
    if changes.contains(&Change::MatrixFirst) {
        let both = draw(&Experiment { matrix: Matrix::Random, ..experiment.clone() })?;
        started.random_inverse = both.matrix;
        if experiment.matrix == Matrix::Random {
            started.matrix = both.random_inverse;
        }
    }
    let Start { random_inverse, matrix } = started;
    let (random_inverse, matrix) = (random_inverse.f_to_kind(kind(T::DTYPE))?, matrix.f_to_kind(kind(T::DTYPE))?);
    let mut steps: Box<dyn Steps<T>> = if *arithmetic == libtorch.arithmetic() {
        Box::new(Descent::new(experiment, Start { random_inverse, matrix })?)
    } else {
        let problem = Problem {
            size: experiment.size,
            matrix: &flat::<T>(&matrix)?,
            parameter: &flat::<T>(&random_inverse)?,
            learning_rate: experiment.learning_rate,
            momentum: experiment.momentum,
            gradient: experiment.gradient,
        };
        Box::new(State::new(&problem, Kernels::Notebook)?)
    };
    Ok(Box::new(move || Ok(steps.step()?.to_f64())))
}

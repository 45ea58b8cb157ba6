//! The notebook, cell by cell: a 4×4 matrix inverted by gradient descent.
//!
//! Names, order and cells are the notebook's. `page` stands for what a notebook does by itself: it shows a cell's
//! last value, prints, draws and keeps the runs for the report ([`crate::notebook::page`]).
#![expect(non_snake_case, reason = "the notebook's own names")]

use crate::notebook::page::{LineChart, Page};
use anyhow::{Result, ensure};
use tch::{Device::Cpu, Kind::Float, Tensor, manual_seed, no_grad};

/// What the notebook keeps in global variables and `update` reads: Python finds them by name, Rust is handed them.
pub struct Globals {
    /// The identity, n×n: what `random_inverse @ M` should become.
    pub Y_true: Tensor,
    /// The parameter, n×n: a leaf tensor that requires grad.
    pub random_inverse: Tensor,
    /// The number of the step.
    pub t: usize,
}

/// `In [0]`: the element-wise mean squared error of `y_hat` against `y`, both of one shape; a 0-d tensor.
pub fn mse(y: &Tensor, y_hat: &Tensor) -> Tensor {
    (y - y_hat).pow_tensor_scalar(2).mean(None)
}

impl Globals {
    /// `In [0]`: one step of gradient descent. Appends the loss before the step to `losses`, draws on `plot` every 2000
    /// steps (`None` is the notebook's `plot=False`), and leaves `momentum * grad` behind instead of zeroing it.
    #[rustfmt::skip] // a line of the notebook stays a line
    pub fn update(&mut self, M: &Tensor, lr: f64, losses: &mut Vec<f64>, momentum: f64, plot: Option<&mut Page>) -> Result<()> {
        let Globals { Y_true, random_inverse, t } = self;
        let Y_hat = random_inverse.matmul(M);
        let loss = mse(Y_true, &Y_hat);
        loss.backward();
        losses.push(f64::try_from(loss.detach())?);

        if *t % 2000 == 0 && let Some(page) = plot {
            page.print_loss(*t, &loss)?;
            let Y_hat = random_inverse.matmul(M);

            // plot the intermediate results
            let G_true = Y_true.detach();
            let G_hat = Y_hat.detach();
            let Diff = G_hat - G_true;

            page.imshow(&Diff, *t, &loss)?;
            page.print_array(&Diff)?;
        }

        no_grad(|| {
            let _ = random_inverse.g_sub_(&(lr * random_inverse.grad()));

            // the gradient isn't zeroed: the next backward() adds to what stays of it
            let _ = random_inverse.grad().g_mul_scalar_(momentum);

            Ok(())
        })
    }
}

/// Runs all cells in order and leaves on `page` what they show. `range` is Python's: the steps from 0 up to a number.
///
/// # Errors
/// When a cell fails: the determinant is zero, or a value can't be read back.
#[rustfmt::skip] // likewise
pub fn notebook<R: Iterator<Item = usize>>(page: &mut Page, range: impl Fn(usize) -> R) -> Result<()> {
    page.cell("In [0]");
    // the imports stand above; NumPy's two decimals are in crate::notebook::printing

    // tensors are rounded for printing, to so many decimal places
    let decimal_places = 3;
    let rounder = 10_i64.pow(decimal_places);

    page.cell("In [78]");
    let M1234 = Tensor::from_slice(&[1_f32, 2., 3., 4.]).diag(0);
    page.show(&M1234)?;

    page.cell("In [0]");
    ensure!(M1234.det().is_nonzero(), "Should not be zero");

    page.cell("In [121]");
    let inverse = M1234.inverse();
    page.show(&((&inverse * rounder).round() / rounder))?;

    page.cell("In [124]");
    // is it really the inverse? of course it is
    let isThisIdentity = inverse.matmul(&M1234);
    page.show(&isThisIdentity.to_kind(Float))?;

    page.cell("In [126]");
    // now the same by gradient descent: wanted is a matrix whose product with M1234 is the identity
    let identity = Tensor::from_slice(&[1_i64, 1, 1, 1]).diag(0).to_kind(Float);
    let Y_true = identity;
    page.show(&Y_true.to_kind(Float))?;

    page.cell("In [0]");
    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], (Float, Cpu)).set_requires_grad(true);

    page.cell("In [128]");
    // random_inverse isn't the inverse yet, so Y_hat isn't the identity
    let Y_hat = random_inverse.matmul(&M1234);
    page.show(&Y_hat.to_kind(Float))?;

    page.cell("In [0]"); // def mse: above

    page.cell("In [0]");
    let loss = mse(&Y_true, &Y_hat);

    // calculate the gradients
    loss.backward();

    page.cell("In [133]");
    // one slope for each position of the matrix
    page.show(&random_inverse.grad())?;

    page.cell("In [0]");
    // The loss is a hilly landscape, random_inverse a position in it, and a valley is the aim. A ball
    // that rolls would gather speed. Simpler is a step downhill: the slope times this factor.
    let learning_rate = 0.9;

    page.cell("In [0]"); // def update: above

    page.cell("In [0]");
    let M1234 = Tensor::from_slice(&[1_f32, 2., 3., 4.]).diag(0);
    let _M_random = Tensor::rand([4, 4], (Float, Cpu)); // drawn again in In [116], from the same state: the same matrix

    page.cell("In [106]");
    let mut globals = Globals { Y_true, random_inverse, t: 0 };
    let mut losses1 = vec![];

    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], (Float, Cpu));
    globals.random_inverse = random_inverse.set_requires_grad(true); // torch.nn.Parameter
    for t in range(10000) {
        globals.t = t;
        globals.update(&M1234.copy(), learning_rate, &mut losses1, 0.9, Some(page))?;
    }
    page.keep("losses1", "diagonal", learning_rate, 0.9, &losses1, &globals.random_inverse)?;

    page.cell("In [116]");
    let mut losses2 = vec![];
    let M_random = Tensor::rand([4, 4], (Float, Cpu));

    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], (Float, Cpu));
    globals.random_inverse = random_inverse.set_requires_grad(true); // torch.nn.Parameter
    for t in range(10000) {
        globals.t = t;
        globals.update(&M_random.copy(), learning_rate, &mut losses2, 0.9, Some(page))?;
    }
    page.keep("losses2", "random", learning_rate, 0.9, &losses2, &globals.random_inverse)?;

    page.cell("In [0]");
    let mut losses3 = vec![];

    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], (Float, Cpu));
    globals.random_inverse = random_inverse.set_requires_grad(true); // torch.nn.Parameter
    for t in range(10000) {
        globals.t = t;
        globals.update(&M1234.copy(), learning_rate, &mut losses3, 0.1, None)?;
    }
    page.keep("losses3", "diagonal", learning_rate, 0.1, &losses3, &globals.random_inverse)?;

    page.cell("In [0]");
    let mut losses4 = vec![];

    manual_seed(314);
    let random_inverse = Tensor::rand([4, 4], (Float, Cpu));
    globals.random_inverse = random_inverse.set_requires_grad(true); // torch.nn.Parameter
    for t in range(10000) {
        globals.t = t;
        globals.update(&M_random.copy(), learning_rate, &mut losses4, 0.1, None)?;
    }
    page.keep("losses4", "random", learning_rate, 0.1, &losses4, &globals.random_inverse)?;

    page.cell("In [119]");
    // which converges faster, the simple diagonal matrix or the general random one?
    let mut fig = LineChart::default();
    fig.line("Simple Diagonal Matrix, Momentum=0.9", &losses1);
    fig.line("Difficult Random Matrix,  Momentum=0.9", &losses2);
    fig.line("Simple Diagonal Matrix, Momentum=0.0", &losses3); // the notebook's label; the momentum was 0.1
    fig.line("Difficult Random Matrix, Momentum=0.0", &losses4); // likewise
    fig.note = "The notebook's legend says Momentum=0.0 for the last two curves; its code ran them with 0.1.";
    page.show_chart(fig);
    Ok(())
}

//! The first steps as at the board.

use crate::ran::run;

/// Y_hat, loss and gradient of the first step are printed in the notebook: In [128], In [106] and In [133].
#[test]
fn the_trace_begins_as_the_notebook_does() {
    let ran = run(&["--trace", "2", "--steps", "3"]);
    ran.assert_ended(0);
    let start = "\
step 0
Y_hat = random_inverse @ M
tensor([[0.7196, 1.2590, 2.0002, 1.3540],
        [0.8522, 0.6251, 1.5017, 1.8571],
        [0.0083, 0.8938, 2.4086, 2.2047],
        [0.3556, 0.7420, 2.0490, 1.2297]])
loss = mse(Y_true, Y_hat)
tensor(1.6650)
loss.backward(): random_inverse.grad
tensor([[-3.5046e-02,  3.1475e-01,  7.5007e-01,  6.7699e-01],
        [ 1.0653e-01, -9.3718e-02,  5.6315e-01,  9.2856e-01],
        [ 1.0338e-03,  2.2346e-01,  5.2824e-01,  1.1024e+00],
        [ 4.4448e-02,  1.8549e-01,  7.6836e-01,  1.1486e-01]])
random_inverse.sub_(0.9 * random_inverse.grad): random_inverse
";
    assert!(ran.stdout.starts_with(start), "{}", ran.stdout);
    assert!(ran.stdout.contains("\nstep 1\n") && !ran.stdout.contains("\nstep 2\n"));
    // The gradient of step 1 is what momentum left of that of step 0, and the new one: 0.9 · 0.31475 and more.
    assert!(ran.stdout.contains("random_inverse.grad *= 0.9: random_inverse.grad\ntensor([[-3.1541e-02,  2.8327e-01,"));
}

/// The parameter that the trace shows after its last step is the one that is written.
#[test]
fn the_trace_ends_where_the_run_does() {
    for gradient in ["autograd", "by-hand"] {
        let ran = run(&[
            "--matrix",
            "diag:2",
            "--learning-rate",
            "0.2",
            "--trace",
            "3",
            "--steps",
            "3",
            "--gradient",
            gradient,
        ]);
        ran.assert_ended(0);
        let step = ran.stdout.split("step 2\n").nth(1).unwrap();
        let shown = |name: &str| -> f32 {
            let text = step.split(name).nth(1).unwrap().split("[[").nth(1).unwrap().split("]]").next().unwrap();
            text.parse().unwrap()
        };
        let parameter = ran.array("inverse.npy").1[0];
        let gradient = ran.array("gradient.npy").1[0];
        assert!((shown("random_inverse.sub_(") - parameter).abs() < 6e-5, "{step}");
        assert!((shown("random_inverse.grad *= 0.9") - gradient).abs() < 6e-5, "{step}");
        let before: f32 = 0.9 * shown("loss.backward()");
        assert!((before - gradient).abs() < 2e-4, "{step}");
    }
}

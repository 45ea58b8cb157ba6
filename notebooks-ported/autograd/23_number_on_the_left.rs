//! Title: A number left of a tensor
//! Idea: A number left of a tensor takes a route of its own: `3 / t` isn't `tensor(3.) / t`.
//! tch: `3 - &t` is `-(t - 3)`; `3 / &t` is `(t / 3)` to the power of -1
//! Differs: 3 - 3 is -0.0 here, and `3 / t` rounds twice too, but in another way. The result needs
//!   its type written down: with a number on the left, Rust can't infer it.
use tch::Tensor;

fn show(expression: &str, x: &Tensor, digits: usize) {
    let [a, b, c] = [0, 1, 2].map(|i| x.double_value(&[i]));
    println!("{expression}: {a:.digits$} {b:.digits$} {c:.digits$}");
}

fn main() {
    let t = Tensor::from_slice(&[3f32, 7., 49.]);
    let difference: Tensor = 3 - &t;
    show("3 - t", &difference, 1);
    let difference = Tensor::from(3f32) - &t;
    show("tensor(3.) - t", &difference, 1);
    let difference = t.rsub_scalar(3);
    show("rsub", &difference, 1);

    let ratio: Tensor = 3 / &t;
    show("3 / t", &ratio, 9);
    let ratio = Tensor::from(3f32) / &t;
    show("tensor(3.) / t", &ratio, 9);
}

//! The general loop against the port: on the notebook's settings both give the same run.

use inverse_by_descent::descent::descend;
use inverse_by_descent::experiment::Experiment;
use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::notebook::matrix_inverse::notebook;
use inverse_by_descent::notebook::page::Page;
use std::ops::ControlFlow;

#[test]
fn the_loop_gives_the_notebooks_four_runs() {
    let mut page = Page::new(Libtorch::settle(None).unwrap());
    notebook(&mut page, |steps| 0..steps).unwrap();
    for (run, (name, experiment)) in page.runs.iter().zip(Experiment::of_the_notebook()) {
        let trajectory =
            descend::<f32>(Libtorch::settle(None).unwrap(), &experiment, |_, _| ControlFlow::Continue(())).unwrap();
        assert_eq!(run.name, name);
        assert_eq!(run.losses, trajectory.losses, "{name}");
        assert_eq!(run.parameter.concat(), trajectory.parameter, "{name}");
        assert_eq!(run.gradient.concat(), trajectory.gradient, "{name}");
    }
}

//! The general loop against the port: on the notebook's settings both give the same run.

use indicatif::ProgressBar;
use inverse_by_descent::descent::descend;
use inverse_by_descent::experiment::Experiment;
use inverse_by_descent::matrix_inverse::notebook;
use inverse_by_descent::transcript::Page;
use std::ops::ControlFlow;

#[test]
fn the_loop_gives_the_notebooks_four_runs() {
    let mut page = Page::new(ProgressBar::hidden());
    notebook(&mut page).unwrap();
    for (run, (name, experiment)) in page.runs.iter().zip(Experiment::of_the_notebook()) {
        let trajectory = descend::<f32>(&experiment, |_, _| ControlFlow::Continue(())).unwrap();
        assert_eq!(run.name, name);
        assert_eq!(run.trajectory, trajectory, "{name}");
    }
}

//! The general loop against the port: on the notebook's settings both give the same run, also side by side.

use inverse_by_descent::descent::{descend, start};
use inverse_by_descent::experiment::Experiment;
use inverse_by_descent::libtorch::Libtorch;
use inverse_by_descent::notebook::page::Page;
use std::ops::ControlFlow;
use std::sync::mpsc::channel;
use std::thread;

#[test]
fn the_loop_gives_the_notebooks_four_runs() {
    let libtorch = Libtorch::settle(None).unwrap();
    let page = Page::run(libtorch, |steps| 0..steps).unwrap();
    for (run, (name, experiment)) in page.runs.iter().zip(Experiment::of_the_notebook()) {
        let trajectory = descend::<f32>(libtorch, &experiment, |_, _| ControlFlow::Continue(())).unwrap();
        assert_eq!(run.name, name);
        assert_eq!(run.losses, trajectory.losses, "{name}");
        assert_eq!(run.parameter.concat(), trajectory.parameter, "{name}");
        assert_eq!(run.gradient.concat(), trajectory.gradient, "{name}");
    }
}

/// The port seeds libtorch's one generator with 314, and draws the random matrix a run of many steps later.
#[test]
fn the_port_draws_its_own_numbers_while_another_thread_draws() {
    let libtorch = Libtorch::settle(None).unwrap();
    let drawn = |page: Page| page.runs.into_iter().map(|run| run.losses).collect::<Vec<_>>();
    let alone = drawn(Page::run(libtorch, |_| 0..100).unwrap());
    let other = Experiment { seed: 1, ..Experiment::default() };
    let (began, draws) = channel();
    let (end, ended) = channel::<()>();
    let beside = thread::scope(|scope| {
        scope.spawn(move || {
            while ended.try_recv() != Err(std::sync::mpsc::TryRecvError::Disconnected) {
                start::<f32>(libtorch, &other).unwrap();
                let _ = began.send(());
                thread::yield_now();
            }
        });
        draws.recv().unwrap();
        let page = Page::run(libtorch, |_| 0..100).unwrap();
        drop(end);
        drawn(page)
    });
    assert_eq!(beside, alone);
}

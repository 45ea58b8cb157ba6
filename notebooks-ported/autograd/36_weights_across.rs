//! Title: Weights across the languages
//! Idea: One language reads the weights that the other saved, tensor by tensor, by name.
//! tch: `vs.load("x.pt")`, `vs.save("x.safetensors")`, `vs.load_partial("x.pt")`
//! Differs: `load` fills the names that the store has. A store that is still empty loads nothing,
//!   without an error: build the model first. `vs.save("x.pt")` doesn't write what `torch.load`
//!   expects of a state dict: use safetensors towards Python.
use tch::{Device, Tensor, nn};

fn show(file: &str, vs: &nn::VarStore) -> anyhow::Result<()> {
    let (weight, bias) = (&vs.variables()["linear.weight"], &vs.variables()["linear.bias"]);
    println!("{file} {:?} {:?}", Vec::<Vec<f32>>::try_from(weight)?, Vec::<f32>::try_from(bias)?);
    Ok(())
}
fn main() -> anyhow::Result<()> {
    let weights = "notebooks-ported/autograd/weights";
    let mut vs = nn::VarStore::new(Device::Cpu);
    vs.load(format!("{weights}/python.pt"))?; // still empty: nothing is loaded
    let linear = nn::linear(vs.root() / "linear", 2, 2, Default::default());
    vs.load(format!("{weights}/python.pt"))?;
    show("python.pt", &vs)?;

    // how the second file is made, here in a folder for temporary files
    tch::no_grad(|| linear.ws.shallow_clone().copy_(&Tensor::from_slice2(&[[5f32, 6.], [7., 8.]])));
    let path = std::env::temp_dir().join(format!("rust-{}.safetensors", std::process::id()));
    vs.save(&path)?;
    let made = std::fs::read(&path)?;
    std::fs::remove_file(&path)?;
    anyhow::ensure!(made == std::fs::read(format!("{weights}/rust.safetensors"))?, "another file");
    vs.load(format!("{weights}/rust.safetensors"))?;
    show("rust.safetensors", &vs)?;

    // a model with one name more than the file
    let _ = vs.root().ones("scale", &[1]);
    println!("missing: {}", vs.load_partial(format!("{weights}/python.pt"))?.join(" "));
    Ok(())
}

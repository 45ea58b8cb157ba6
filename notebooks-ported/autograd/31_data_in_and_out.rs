//! Title: Data in and out
//! Idea: Numbers go into a tensor as a flat list with a shape, and come out as lists again.
//! tch: `Tensor::from_slice(&numbers).view([2, 3])`, `Vec::<Vec<f32>>::try_from(&x)?`
//! Differs: `Vec::try_from` needs to know the type, and as many `Vec`s as there are dimensions; a
//!   flat `Vec` takes `flatten` first. `from_slice2` makes a matrix of rows.
use tch::{IndexOp, Tensor};

fn main() -> anyhow::Result<()> {
    let numbers = [1f32, 2., 3., 4., 5., 6.];
    let x = Tensor::from_slice(&numbers).view([2, 3]);
    println!("shape: {:?}", x.size());
    println!("rows: {:?}", Vec::<Vec<f32>>::try_from(&x)?);
    println!("flat: {:?}", Vec::<f32>::try_from(x.flatten(0, -1))?);
    println!("one row: {:?}", Vec::<f32>::try_from(x.get(1))?);
    println!("one number: {:?}", x.double_value(&[1, 2]));
    println!("a column: {:?}", Vec::<f32>::try_from(x.i((.., 0)))?);

    // a matrix, row by row
    let y = Tensor::from_slice2(&[[1f32, 2.], [3., 4.]]);
    println!("rows: {:?}", Vec::<Vec<f32>>::try_from(&y)?);

    // the order of the memory
    let t = x.tr();
    println!("strides: {:?}", t.stride());
    println!("transposed, flat: {:?}", Vec::<f32>::try_from(t.reshape([6]))?);
    match t.f_view([6]) {
        Ok(x) => println!("{x:?}"),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }

    // the wrong program: a shape that doesn't hold the numbers
    match Tensor::from_slice(&numbers).f_view([4, 4]) {
        Ok(x) => println!("{x:?}"),
        Err(error) => println!("error: {}", error.to_string().lines().next().unwrap_or("")),
    }
    Ok(())
}

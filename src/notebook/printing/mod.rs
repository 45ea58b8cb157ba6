//! Tensors and numbers as text, the way Python shows them: [`mod@torch`] as PyTorch's `print`, [`numpy`] as NumPy's with the
//! notebook's two-decimal formatter, [`python`] as `format`.

mod nested;
pub mod numpy;
pub mod python;
pub mod torch;

//! The foreign-function edge: what libtorch and MKL can tell, or must be told, and `tch` doesn't reach. Here is the list of
//! all unsafe code, but for the loops by hand that are compiled for a processor's feature, and checked by tests/by_hand.rs
//! and the tests of the package `loops`. Each function says why it is sound; on it there is a test:
//!
//! | function | what it calls, or who calls it | test |
//! |---|---|---|
//! | [`path`] | the loader's `dladdr` | edge.rs, `the_file_of_libtorch_is_told` |
//! | `mkl_version` | MKL's `MKL_Get_Version_String` | edge.rs, `mkl_tells_its_version` |
//! | `mkl_branch` | MKL's `MKL_CBWR_Get` | settled_late.rs, `arithmetic_that_comes_too_late_is_refused` |
//! | `cpu_capability` | ATen's `at::get_cpu_capability` | settled_late.rs, `a_sum_is_an_operation_that_comes_before` |
//! | `set_notebook_arithmetic` | MKL's `MKL_CBWR_Set`, `mkl_set_env_mode` | edge.rs, `no_variable_overrules_notebook_arithmetic` |
//! | `mkl_serv_intel_cpu_true` | MKL calls it | edge.rs, the same, and `native_arithmetic_is_told_nothing` |
//! | `get_env` | libtorch calls it | edge.rs, both |
//! | `torch_symbol` | the loader's `dlsym` | all of these |
//! | `scalar` (tensors.rs) | nothing; it reads a tensor's number where it lies | quick.rs, all |
//! | `ensure_libtorch_can_start` (main.rs) | the loader calls it | scarce.rs, `too_little_to_start_in` |
#![expect(unsafe_code)]

#[path = "../../xtask/src/version.rs"]
pub(crate) mod version;

use anyhow::{Context, Result, anyhow};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

/// The path of the `libtorch_cpu` that this process has loaded, links resolved; `None` if the loader can't tell.
pub fn path() -> Option<PathBuf> {
    // `at::get_cpu_capability`, which every libtorch_cpu exports, as GCC's and as Clang's C++ library mangle it.
    let symbol =
        [c"_ZN2at18get_cpu_capabilityB5cxx11Ev", c"_ZN2at18get_cpu_capabilityEv"].into_iter().find_map(torch_symbol)?;
    let mut info = std::mem::MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: `dladdr` only writes to `info`, and a zeroed Dl_info (all null pointers) is a valid one.
    let (found, info) = unsafe { (libc::dladdr(symbol, info.as_mut_ptr()), info.assume_init()) };
    if found == 0 || info.dli_fname.is_null() {
        return None;
    }
    // SAFETY: the loader owns the name, ended by NUL, for as long as the library stays loaded: always.
    let name = unsafe { CStr::from_ptr(info.dli_fname) };
    std::fs::canonicalize(name.to_str().ok()?).ok()
}

/// The version of the libtorch that this process has loaded, build tag included (`2.13.0+cu130`), read from the files
/// beside it.
///
/// # Errors
/// When it isn't the version that tch is made for, or can't be told.
pub fn version() -> Result<String> {
    let path = located()?;
    let folder = path.parent().and_then(Path::parent).unwrap_or(&path);
    version::check(folder).map_err(|problem| {
        anyhow!(
            "{problem}. Run `cargo xtask setup` and build again; if LD_LIBRARY_PATH is set, it must not lead to another \
             libtorch"
        )
    })
}

fn located() -> Result<PathBuf> {
    path().context("the loader doesn't say where libtorch_cpu is")
}

/// MKL's name and version, in its own words; `None` where libtorch was built without it.
pub(super) fn mkl_version() -> Option<String> {
    type GetVersionString = unsafe extern "C" fn(*mut c_char, c_int);
    let symbol = torch_symbol(c"MKL_Get_Version_String")?;
    let mut text = [0 as c_char; 256];
    // SAFETY: the signature is MKL's documented `void MKL_Get_Version_String(char *buf, int len)`.
    unsafe {
        let get: GetVersionString = std::mem::transmute(symbol);
        get(text.as_mut_ptr(), text.len() as c_int - 1);
        CStr::from_ptr(text.as_ptr()).to_str().ok().map(|text| text.trim().to_string())
    }
}

/// The instruction set that ATen's kernels are made for, in its own words: `AVX512`, `AVX2`, `DEFAULT`; `None` if it can't
/// tell. ATen chooses once, here if nothing was computed before.
pub(super) fn cpu_capability() -> Option<String> {
    let symbol = torch_symbol(c"_ZN2at18get_cpu_capabilityB5cxx11Ev")?;
    // SAFETY: the signature is ATen's public `std::string at::get_cpu_capability()`, and the name's `B5cxx11` says that the
    // string is GNU's. Its words have fewer than 16 letters, so that it owns no other memory.
    let text = unsafe {
        let get: unsafe extern "C" fn() -> Text = std::mem::transmute(symbol);
        get()
    };
    Some(String::from_utf8_lossy(text.short.get(..text.length)?).into_owned())
}

/// A `std::string` of GNU's C++ library with less than 16 letters.
#[repr(C)]
struct Text {
    start: *const u8,
    length: usize,
    short: [u8; 16],
}

/// A `std::optional<std::string>` of GNU's C++ library.
#[repr(C)]
struct OptionalText {
    text: Text,
    is_there: bool,
}

/// Whether MKL and ATen are answered as notebook arithmetic needs it. The environment would do as well, but it can't be
/// changed soundly: another thread may read it.
static NOTEBOOK_ARITHMETIC: AtomicBool = AtomicBool::new(false);

/// What MKL asks before it takes the kernels that it is told to: is the processor one of Intel's?
///
/// The executable exports this function and [`get_env`] (build.rs), so they stand in front of libtorch's own; in the Rust
/// notebook the first cell's library does, with which libtorch is loaded. It says yes once [`set_notebook_arithmetic`]
/// was called and hands the question on to MKL's own function otherwise.
// SAFETY: only MKL has a function of this name, of the same signature, and this one stands for it.
#[unsafe(no_mangle)]
extern "C" fn mkl_serv_intel_cpu_true() -> c_int {
    if NOTEBOOK_ARITHMETIC.load(Ordering::Relaxed) {
        return 1;
    }
    // SAFETY: the next definition in the load order is MKL's own, of the same signature.
    unsafe {
        let own = libc::dlsym(libc::RTLD_NEXT, c"mkl_serv_intel_cpu_true".as_ptr());
        if own.is_null() {
            return 0;
        }
        let own: extern "C" fn() -> c_int = std::mem::transmute(own);
        own()
    }
}

/// `std::optional<std::string> c10::utils::get_env(const char *name)`, by which ATen asks which kernels it should take. The
/// answer is `avx2` once [`set_notebook_arithmetic`] was called; every other question goes on to libtorch's own function.
///
/// # Safety
/// As for the C++ function: `name` is a text that ends with NUL, `value` is where the result belongs.
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
// SAFETY: only libtorch has a function of this name, of the same signature, and this one stands for it.
#[unsafe(export_name = "_ZN3c105utils7get_envB5cxx11EPKc")]
unsafe extern "C" fn get_env(value: *mut OptionalText, name: *const c_char) -> *mut OptionalText {
    // SAFETY: the caller's C++ has `value` for a result of this layout, which it destroys: a short string points into itself
    // and owns nothing. The next definition in the load order is libtorch's own, of the same signature.
    unsafe {
        let own = libc::dlsym(libc::RTLD_NEXT, c"_ZN3c105utils7get_envB5cxx11EPKc".as_ptr());
        let is_told = NOTEBOOK_ARITHMETIC.load(Ordering::Relaxed) && CStr::from_ptr(name) == c"ATEN_CPU_CAPABILITY";
        if !is_told && !own.is_null() {
            let own: unsafe extern "C" fn(*mut OptionalText, *const c_char) -> *mut OptionalText =
                std::mem::transmute(own);
            return own(value, name);
        }
        let start = (&raw const (*value).text.short).cast();
        let text = Text { start, length: 4, short: *b"avx2\0\0\0\0\0\0\0\0\0\0\0\0" };
        value.write(OptionalText { text, is_there: is_told });
        value
    }
}

/// The branch that notebook arithmetic needs: `MKL_CBWR_AVX2 | MKL_CBWR_STRICT`.
pub(super) const STRICT_AVX2: c_int = 65546;

/// The branch that MKL took, in the flags of its `mkl_cbwr_get(MKL_CBWR_ALL)`; `None` where libtorch has no MKL.
pub(super) fn mkl_branch() -> Option<c_int> {
    const MKL_CBWR_ALL: c_int = -1;
    let symbol = torch_symbol(c"mkl_serv_cbwr_get")?;
    // SAFETY: the signature is MKL's documented `int MKL_CBWR_Get(int option)`, whose inner name this is. MKL only reads
    // its settings, from the environment if this is its first call.
    unsafe {
        let get: unsafe extern "C" fn(c_int) -> c_int = std::mem::transmute(symbol);
        Some(get(MKL_CBWR_ALL))
    }
}

/// Makes MKL and ATen take the kernels of notebook arithmetic, if they haven't chosen yet: [`mkl_branch`] and
/// [`cpu_capability`] tell.
pub(super) fn set_notebook_arithmetic() {
    // Through pointers, so that the linker keeps the functions.
    let _keep: extern "C" fn() -> c_int = std::hint::black_box(mkl_serv_intel_cpu_true);
    #[cfg(all(target_arch = "x86_64", target_os = "linux"))]
    let _keep: unsafe extern "C" fn(_, _) -> _ = std::hint::black_box(get_env);
    NOTEBOOK_ARITHMETIC.store(true, Ordering::Relaxed);
    let names = [c"mkl_serv_get_envmode_variable", c"mkl_serv_set_envmode_variable", c"mkl_serv_cbwr_set"];
    let [Some(get_mode), Some(set_mode), Some(set_branch)] = names.map(torch_symbol) else { return };
    // SAFETY: these are the inner names of MKL's documented `int mkl_get_env_mode(void)`, `int mkl_set_env_mode(int)` and
    // `int MKL_CBWR_Set(int)`. MKL locks the branch; the mode is one aligned integer.
    unsafe {
        let get_mode: unsafe extern "C" fn() -> c_int = std::mem::transmute(get_mode);
        let set_mode: unsafe extern "C" fn(c_int) = std::mem::transmute(set_mode);
        let set_branch: unsafe extern "C" fn(c_int) -> c_int = std::mem::transmute(set_branch);
        // Else `MKL_ENABLE_INSTRUCTIONS` in the environment overrules the branch.
        let mode = get_mode();
        set_mode(1);
        set_branch(STRICT_AVX2);
        set_mode(mode);
    }
}

fn torch_symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: a look-up by name that runs no code of the symbol's.
    let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!symbol.is_null()).then_some(symbol)
}

//! The foreign-function edge: what libtorch and MKL can tell, or must be told, and `tch` doesn't reach.
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

/// Whether MKL is to believe that this processor is one of Intel's. See [`mkl_serv_intel_cpu_true`].
static CLAIM_INTEL: AtomicBool = AtomicBool::new(false);

/// What MKL asks before it takes the kernels that `MKL_CBWR` names: is the processor one of Intel's?
///
/// The executable exports this function (build.rs), so it stands in front of the one in `libtorch_cpu`; in the Rust
/// notebook the first cell's library does, with which `libtorch_cpu` is loaded. It says yes once
/// [`set_notebook_arithmetic`] was called and hands the question on to MKL's own function otherwise.
#[unsafe(no_mangle)]
extern "C" fn mkl_serv_intel_cpu_true() -> c_int {
    if CLAIM_INTEL.load(Ordering::Relaxed) {
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

/// The environment variables that fix the kernels of MKL and ATen for notebook arithmetic; one without a value must not
/// be set, because it overrules the others.
pub(crate) const NOTEBOOK_ARITHMETIC: [(&str, Option<&str>); 3] =
    [("MKL_CBWR", Some("AVX2,STRICT")), ("ATEN_CPU_CAPABILITY", Some("avx2")), ("MKL_ENABLE_INSTRUCTIONS", None)];

/// Makes MKL and ATen take the kernels of notebook arithmetic. Must be called before libtorch's first operation, which
/// reads these settings once.
pub(super) fn set_notebook_arithmetic() {
    // Through a pointer, so that the linker keeps the function.
    let _keep: extern "C" fn() -> c_int = std::hint::black_box(mkl_serv_intel_cpu_true);
    CLAIM_INTEL.store(true, Ordering::Relaxed);
    for (name, value) in NOTEBOOK_ARITHMETIC {
        // SAFETY: done once, before libtorch's first operation, and no other thread of this program reads the
        // environment except through std, which locks it.
        match value {
            Some(value) => unsafe { std::env::set_var(name, value) },
            None => unsafe { std::env::remove_var(name) },
        }
    }
}

fn torch_symbol(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: a look-up by name that runs no code of the symbol's.
    let symbol = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!symbol.is_null()).then_some(symbol)
}

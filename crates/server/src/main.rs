//! The binary `zugong`.

/// Many small allocations of many threads: the system's allocator keeps more memory and takes longer.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    server::run(std::env::args_os())
}

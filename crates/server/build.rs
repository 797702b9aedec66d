//! When must the definitions inside the binary be taken anew? Whenever a file of theirs appears, goes or changes.
//!
//! Never makes anything: the folder is read by `definitions.rs`.

fn main() {
    println!("cargo:rerun-if-changed=../../definitions");
    println!("cargo:rerun-if-changed=demo");
}

#!/usr/bin/env bash
# Compiles the frontend for the browser and prints where the result lies.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$HOME/.cargo/bin:$PATH"

target=wasm32-unknown-unknown
build=(build --package frontend --target "$target" --profile wasm-release)

if [[ -d "$(rustc --print sysroot)/lib/rustlib/$target" ]]; then
  folder=${CARGO_TARGET_DIR:-target}
  cargo "${build[@]}" >&2
else
  # rustup could not fetch the standard library: Debian's compiler builds it from Debian's source.
  # Its artefacts are no use to rustup's compiler, so they have a folder of their own.
  folder=${CARGO_TARGET_DIR:-target}/debian
  host=$(rustc -vV | sed -n 's/^host: //p')
  lld=$(rustc --print sysroot)/lib/rustlib/$host/bin/rust-lld
  RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTC_WORKSPACE_WRAPPER='' CARGO_TARGET_DIR=$folder \
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$lld \
    cargo "${build[@]}" --ignore-rust-version -Zbuild-std=std,panic_abort >&2
fi
echo "$folder/$target/wasm-release/frontend.wasm"

#!/usr/bin/env bash
# Installs what is missing of the parts named; says nothing when all is there.
#   scripts/setup.sh rust wasm node chromium postgres keyring python python-client schemathesis make
set -euo pipefail
cd "$(dirname "$0")/.."
PATH="$HOME/.cargo/bin:$PATH"

say() { printf 'setup: %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null; }

# Debian packages, as root or through sudo.
apt_install() {
  have apt-get || { say "there is no apt-get here; please install: $*"; exit 1; }
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 -o DPkg::Lock::Timeout=600)
  if ((EUID)); then
    have sudo || { say "neither root nor sudo; please install: $*"; exit 1; }
    apt=(sudo "${apt[@]}")
  fi
  local install=("${apt[@]}" install -y --no-install-recommends -o Dpkg::Options::=--force-confold "$@")
  say "installing Debian's $*"
  # The lists may be old or absent. Fetching them is not worth failing for: some source may be away.
  if [[ -z ${fresh-} ]] && "${install[@]}" >&2; then return; fi
  "${apt[@]}" update >&2 || true
  "${install[@]}" >&2
}

setup_make() { have make || apt_install make; }

setup_rust() {
  have cc || apt_install gcc libc6-dev
  # In this folder rustup's commands mean the toolchain that rust-toolchain.toml names.
  if cargo --version && cargo clippy --version && cargo fmt --version; then return; fi >/dev/null 2>&1
  have rustup || { say 'please install rustup, from https://rustup.rs or as a package'; exit 1; }
  local channel
  channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  RUST_BACKTRACE=0 rustup toolchain install "$channel" --profile minimal --component clippy --component rustfmt >&2 || lend_toolchain "$channel"
}

# Where rustup cannot fetch: a toolchain that is here under another name (stable) may be the same one.
lend_toolchain() {
  local home=${RUSTUP_HOME:-$HOME/.rustup} folder
  for folder in "$home"/toolchains/*; do
    [[ "$("$folder/bin/rustc" --version 2>/dev/null)" == "rustc $1 "* ]] || continue
    local name
    name="$home/toolchains/$1-$("$folder/bin/rustc" -vV | sed -n 's/^host: //p')"
    say "using $folder as $name"
    ln -sfn "$folder" "$name"
    cargo --version >/dev/null && return
  done
  say "rustup cannot fetch Rust $1 and no installed toolchain is that version"
  exit 1
}

# The standard library for the browser; where rustup cannot fetch it, scripts/wasm-build.sh uses Debian's.
setup_wasm() {
  [[ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown" ]] && return
  rustup target add wasm32-unknown-unknown >&2 && return
  # Debian updates these for its browsers; the version that a stable release began with is too old.
  local channel package found
  channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
  for package in rustc-web rust-web-src; do
    found=$(dpkg-query --show --showformat='${Version}' "$package" 2>/dev/null) || found=0
    dpkg --compare-versions "$found" ge "$channel" || { fresh=yes apt_install rustc-web rust-web-src; break; }
  done
}

setup_node() {
  if ! have node || ! have npm; then apt_install nodejs npm; fi
  local installed=end2end/node_modules/.package-lock.json
  [[ $installed -nt end2end/package-lock.json ]] && return
  npm ci --prefix end2end --no-audit --no-fund --loglevel=error >&2
  touch "$installed"
}

setup_chromium() { [[ -x ${CHROMIUM:-/usr/bin/chromium} ]] || apt_install chromium; }

setup_postgres() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
  # The tests start servers of their own: the package need not start one for the whole machine.
  local config=/etc/postgresql-common/createcluster.conf sudo=()
  ((EUID)) && sudo=(sudo)
  if have apt-get && [[ ! -e $config ]]; then
    "${sudo[@]}" mkdir -p "${config%/*}"
    echo 'create_main_cluster = false' | "${sudo[@]}" tee "$config" >/dev/null
  fi
  apt_install postgresql
}

# A desktop's keyring, for the tests of `strongroom login`.
setup_keyring() {
  have dbus-run-session && have dbus-send && have gnome-keyring-daemon || apt_install dbus dbus-daemon gnome-keyring
}

# What reads exported files in the tests, in an environment of its own.
setup_python() {
  local wanted=domain/tests/consumers/requirements.txt home=target/python
  [[ -x $home/bin/python && $home/installed -nt $wanted ]] && return
  # `ensurepip` is a package of its own in Debian.
  python3 -c 'import ensurepip, tomllib, venv' 2>/dev/null || apt_install python3 python3-venv
  have dash || apt_install dash
  python3 -m venv --clear "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted" >&2
  touch "$home/installed"
}

# What asks the server odd things, for scripts/fuzz.sh.
setup_schemathesis() {
  local wanted=fuzz/requirements.txt home=target/schemathesis
  [[ -x $home/bin/schemathesis && $home/installed -nt $wanted ]] && return
  python3 -c 'import ensurepip, venv' 2>/dev/null || apt_install python3 python3-venv
  python3 -m venv --clear "$home"
  "$home/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted" >&2
  touch "$home/installed"
}

# What tests and checks of clients/python run with, in an environment of its own; PYTHON names another interpreter.
setup_python-client() {
  local wanted=clients/python/requirements.txt home=target/python-client python
  [[ -x $home/bin/python && $home/installed -nt $wanted ]] && return
  # `python3` may be a shim without a version behind it, or too old; Debian has `ensurepip` in a package of its own.
  for python in "${PYTHON:-python3}" /usr/bin/python3 none; do
    "$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 9))' 2>/dev/null && break
  done
  if [[ $python == none ]]; then
    apt_install python3 python3-venv
    python=/usr/bin/python3
  fi
  "$python" -m venv --clear "$home"
  "$home/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$wanted" >&2
  touch "$home/installed"
}

for part in "$@"; do "setup_$part"; done

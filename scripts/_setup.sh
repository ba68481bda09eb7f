# Sourced by the other scripts: makes what they need, says what it does, and is quick when it is there already.
# shellcheck shell=bash
#   need_packages PACKAGE...   Debian packages; exits 3 with the exact command when they cannot be installed here
#   need_python [dev]          the locked environment in .venv, with the tools of development when asked

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
SETUP_NAME=$(basename "$0")
PRODUCT_PACKAGES=(python3-venv libzbar0 tesseract-ocr-nld tesseract-ocr-eng)
export DEBIAN_FRONTEND=noninteractive
# without compiled modules each process of the service takes three times as long to start
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s: %s\n' "$SETUP_NAME" "$*" >&2; }

installed() { [[ $(dpkg-query -W -f '${Status}' "$1" 2>/dev/null) == 'install ok installed' ]]; }

# root, or who may become root without being asked in a script that nobody watches
as_root() {
  if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo -n env DEBIAN_FRONTEND=noninteractive "$@"; fi
}

can_be_root() { [[ $(id -u) -eq 0 ]] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; }

apt_install() {
  as_root apt-get -qq -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@" >"$SETUP_LOG" 2>&1 </dev/null
}

need_packages() {
  local missing=() package start=$SECONDS
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "this is not Debian or Ubuntu: make sure that what these packages hold is there: $*"
    return
  fi
  for package in "$@"; do installed "$package" || missing+=("$package"); done
  [[ ${#missing[@]} -eq 0 ]] && return
  if ! can_be_root; then
    say "these system packages are missing; run this as root and start again:"
    printf '  apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
    exit 3
  fi
  say "installing system packages: ${missing[*]}"
  SETUP_LOG=$(mktemp)
  # the lists may be old, or not there at all: only then they are worth the wait
  if ! apt_install "${missing[@]}"; then
    as_root apt-get -qq -o DPkg::Lock::Timeout=120 update >>"$SETUP_LOG" 2>&1 || true
    if ! apt_install "${missing[@]}"; then
      cat "$SETUP_LOG" >&2
      say "the packages could not be installed; see above"
      exit 3
    fi
  fi
  rm -f "$SETUP_LOG"
  say "system packages are there ($((SECONDS - start)) s)"
}

# a Python that is new enough and can make an environment
has_python() {
  python3 -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

need_python() {
  local group=${1:-product} stamp start=$SECONDS uv
  local sync=(sync --locked --inexact --quiet --compile-bytecode)
  [[ $group == dev ]] || sync+=(--no-dev)
  stamp=$(cat uv.lock pyproject.toml | cksum)
  # whoever has the tools of development has the product too
  grep -qxF "$stamp dev" .venv/.stamp 2>/dev/null && return
  grep -qxF "$stamp $group" .venv/.stamp 2>/dev/null && return
  if ! has_python; then
    say "python3 is older than 3.11 or cannot make environments; install Python 3.11 or newer with venv"
    exit 3
  fi
  say "installing Python packages into .venv"
  [[ -x .venv/bin/python ]] || python3 -m venv .venv
  uv=$(command -v uv || true)
  if [[ -z $uv ]]; then
    uv=.venv/bin/uv
    # an environment that another tool made may lack pip
    [[ -x $uv ]] || .venv/bin/python -m pip --version >/dev/null 2>&1 || .venv/bin/python -m ensurepip >/dev/null
    [[ -x $uv ]] || .venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv>=0.9'
  fi
  UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv "$uv" "${sync[@]}" --python .venv/bin/python
  printf '%s %s\n' "$stamp" "$group" >.venv/.stamp
  say "Python packages are there ($((SECONDS - start)) s)"
}

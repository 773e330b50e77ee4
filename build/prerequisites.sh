# Sourced by demo.sh and test.sh: checks what the builds need, and installs it where that is allowed.
# Debian packages, by the command or file that shows that they are there.

missing_packages() {
  command -v dotnet >/dev/null || echo dotnet-sdk-10.0
  command -v git >/dev/null || echo git
  command -v openssl >/dev/null || echo openssl
  command -v curl >/dev/null || echo curl
  # The profiler is C++; the package g++ brings gcc, which native programs are linked with.
  if ! command -v clang >/dev/null || command -v gcc >/dev/null; then command -v g++ >/dev/null || echo g++; fi
  # gcc and clang both link through binutils' ld; objcopy strips the executable.
  { command -v ld && command -v objcopy; } >/dev/null || echo binutils
  [ -e /usr/include/zlib.h ] || echo zlib1g-dev
  # A compiler without libc6-dev cannot link: it lacks crt1.o.
  [ -e /usr/include/stdlib.h ] || echo libc6-dev
}

require_prerequisites() {
  local missing
  missing=$(missing_packages | tr '\n' ' ')
  missing=${missing% }
  [ -z "$missing" ] && return 0
  if [[ " $missing " == *" dotnet-sdk-10.0 "* ]]; then
    echo "The .NET 10 SDK is missing. Install it (https://dotnet.microsoft.com/download/dotnet/10.0), then run this script again." >&2
    return 1
  fi
  if [ "$(id -u)" -ne 0 ]; then
    echo "Missing Debian packages: $missing. Run this, then this script again:" >&2
    echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing" >&2
    return 1
  fi
  echo "Installing Debian packages: $missing"
  local log
  log=$(mktemp)
  if ! { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    echo "Installing failed; the lines above say why." >&2
    return 1
  fi
  rm -f "$log"
}

# Runs a command quietly: what it wrote is shown only when it fails.
quietly() {
  local log code
  log=$(mktemp)
  code=0
  "$@" >"$log" 2>&1 || code=$?
  [ "$code" -eq 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$code"
}

# Packs both packages into artifacts/packages, the local feed of the examples and tests. NuGet never unpacks a version again that it has
# unpacked once, so what an earlier run of these scripts left of this version is removed from its cache.
pack_packages() {
  local cache=${NUGET_PACKAGES:-$HOME/.nuget/packages} version
  version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
  rm -rf "${cache:?}/hotpatchbuild/${version:?}" "${cache:?}/hotpatchbuild.tool/${version:?}"
  quietly dotnet pack "$root/msbuild/Tasks/HotpatchBuild.csproj" -c Release -v quiet &&
    quietly dotnet pack "$root/runtime/Tool/HotpatchBuild.Tool.csproj" -c Release -v quiet
}

# shellcheck shell=bash
# Sourced by whoever builds images.

# use_buildkit: has `docker` be a client that can build with BuildKit, where there are several. From version 23 on that takes
# the component buildx, which may be missing; without one, whatever is first on PATH is left there and says so itself.
use_buildkit() {
  local client version
  export DOCKER_BUILDKIT=1 COMPOSE_DOCKER_CLI_BUILD=1
  for client in $(type -ap docker); do
    version=$("$client" version -f '{{.Client.Version}}' 2>/dev/null) || continue
    if [ "${version%%.*}" -lt 23 ] || "$client" buildx version >/dev/null 2>&1; then
      PATH=$(dirname "$client"):$PATH
      hash -r
      return
    fi
  done
}

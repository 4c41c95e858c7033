# shellcheck shell=bash
# Sourced by whoever builds images, in the root of the project.

# use_buildkit: has `docker` be a client that can build with BuildKit, where there are several. From version 23 on that takes
# the component buildx, which may be missing; where no client can, the first one says so itself.
use_buildkit() {
  local client version folder
  export DOCKER_BUILDKIT=1 COMPOSE_DOCKER_CLI_BUILD=1
  for client in $(type -ap docker); do
    version=$("$client" version -f '{{.Client.Version}}' 2>/dev/null) || continue
    [ "${version%%.*}" -lt 23 ] || "$client" buildx version >/dev/null 2>&1 || continue
    [ "$client" != "$(type -P docker)" ] || return 0
    # A folder with nothing but the client: others in its own would come before those that are meant. It is
    # the project's, where nobody else can put another one.
    folder=$PWD/.build-docker
    mkdir -p "$folder" && ln -sf "$client" "$folder/docker"
    PATH=$folder:$PATH
    return 0
  done
}

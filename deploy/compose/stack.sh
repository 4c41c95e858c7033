# shellcheck shell=bash
# What smoke and features have in common: a stack of containers of their own on free ports. They source it in the root of
# the project, with errexit on, and call remove_stack when they exit.

# shellcheck source=deploy/images/client.sh
source deploy/images/client.sh
use_buildkit

if docker compose version >/dev/null 2>&1; then compose() { docker compose "$@"; }; else compose() { docker-compose "$@"; }; fi

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# name_stack NAME: the project of a stack that nobody else has, the ports of its gateway and its mails.
name_stack() {
  stack=$1
  export COMPOSE_PROJECT_NAME=clowder-$stack-$$
  export COMPOSE_FILE=deploy/compose/compose.yaml:deploy/compose/override.yaml
  PORT=$(free_port) MAIL_PORT=$(free_port)
  export PORT MAIL_PORT
  url=http://127.0.0.1:$PORT
  mail=http://127.0.0.1:$MAIL_PORT
}

fail() { reason="compose-$stack: $*"; exit 1; }

# until_true SECONDS COMMAND…: asks again until the command succeeds.
until_true() {
  local end=$((SECONDS + $1)); shift
  until "$@"; do [ $SECONDS -lt $end ] || return 1; sleep 0.2; done
}

containers() { compose ps -q "$1"; }
health() { docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}{{.State.Status}}{{end}}' "$1"; }
all_healthy() {
  local id
  for id in $(containers "$1"); do [ "$(health "$id")" = healthy ] || return 1; done
  [ "$(containers "$1" | wc -l)" = "$2" ]
}

# start_stack FOLDER: builds the images, starts the stack and waits until it is healthy; logs go into the folder.
start_stack() {
  docker info >/dev/null 2>&1 || fail "no Docker engine answers; start one, or say where it is with DOCKER_HOST"
  echo "building the images; the first time takes ten minutes"
  compose build >"$1/build.log" 2>&1 || { tail -40 "$1/build.log" >&2; fail "the images cannot be built"; }
  start=$(date +%s.%N)
  compose up -d >"$1/up.log" 2>&1 || { cat "$1/up.log" >&2; fail "the stack does not start"; }
  until_true 120 all_healthy gateway 1 || fail "the gateway was not healthy within 120 s"
  started_in=$(echo "$(date +%s.%N) - $start" | bc | cut -c1-4)
  # The accounts that the stack begins with.
  compose run --rm accounts >"$1/accounts.json" 2>/dev/null || fail "the accounts cannot be read"
}

# remove_stack STATUS: removes the stack with its volumes; says before what it said last where the status is no success.
remove_stack() {
  if [ "$1" != 0 ]; then
    compose logs --no-color --tail 8 >&2 2>/dev/null || true
    compose ps >&2 || true
    echo "${reason:-compose-$stack: a command failed}" >&2
  fi
  compose down --volumes --timeout 30 >/dev/null 2>&1 || true
}

# tell_stories FILE: what the containers logged of scenarios that failed, by the correlation IDs in the report of the tests.
tell_stories() {
  local story
  for story in $(grep -aoE 'correlation ID story-[0-9a-f]+' "$1" | grep -oE 'story-.*' | sort -u); do
    echo "log lines of $story:"
    compose logs --no-color 2>/dev/null | grep -aF "\"$story\"" || true
  done
}

#!/bin/sh
# Brings a new image of the bot up, and goes back to the one before where it does not get healthy or does not stay so.
#   sh deploy.sh registry.example.org/hello-bot:1.4.0
#   sh deploy.sh --back        back to the image before, also later
# It runs on the server, beside compose.yml; .env there keeps what runs, what ran before, and what was migrated in between.
# Exit code 0: the new one runs. 1: the old one runs. 2: neither does, and somebody has to look.
set -u
cd "$(dirname "$0")" || exit 2

wait=${DEPLOY_WAIT_SECONDS:-90}
settle=${DEPLOY_SETTLE_SECONDS:-20}

say() { echo "deploy: $*" >&2; }
kept() { sed -n "s/^$1=//p" .env 2>/dev/null | tail -n 1; }
with() { IMAGE=$1 && export IMAGE && shift && docker compose -f compose.yml "$@"; }

# Written beside and renamed, so that a kill leaves the one or the other.
remember() {
  { grep -vE '^(IMAGE|PREVIOUS_IMAGE|APPLIED)=' .env 2>/dev/null
    echo "IMAGE=$1"; echo "PREVIOUS_IMAGE=$2"; echo "APPLIED=$3"; } > .env.new && mv .env.new .env
}

go_back() {
  say "$1"
  if [ -z "$old" ]; then
    say 'No image ran before, so there is none to go back to.'
    with "$new" stop bot
    exit 2
  fi
  # The old code refuses a database that is ahead of it, so what was applied is undone, the last first.
  for id in $applied; do
    say "undoing one migration of: $applied"
    with "$new" run --rm -T bot migrate down --yes || {
      say 'It cannot be undone: mend the new release and deploy it, or restore the backup.'
      exit 2
    }
  done
  if with "$old" up -d --wait --wait-timeout "$wait" bot; then
    remember "$old" '' ''
    say "$old runs again."
    exit 1
  fi
  with "$old" logs --tail 50 bot
  say "$old does not get healthy either."
  exit 2
}

# Healthy is not enough: one that dies after ten seconds has been healthy too.
stays_healthy() {
  with "$new" up -d --wait --wait-timeout "$wait" bot || return 1
  sleep "$settle"
  state=$(docker inspect --format '{{ .State.Health.Status }} {{ .RestartCount }}' "$(with "$new" ps -q bot)")
  [ "$state" = 'healthy 0' ] || { say "after $settle s it is: $state"; return 1; }
}

if [ "${1:-}" = --back ]; then
  new=$(kept IMAGE) old=$(kept PREVIOUS_IMAGE) applied=$(kept APPLIED)
  go_back "Going back from ${new:-nothing}."
fi

new=${1:?the image to bring up, with its tag, or --back} old=$(kept IMAGE) applied=
case $new in
  -* | *' '* | *:latest | '') say "$new is no image with a tag of its own."; exit 64 ;;
  *:*) ;;
  *) say "$new has no tag: say which version."; exit 64 ;;
esac
with "$new" pull bot || { say 'The image cannot be fetched; nothing was changed.'; exit 1; }

# It needs the database and a complete configuration: what is wrong shows before the old one stops.
said=$(with "$new" run --rm -T bot migrate up)
migrated=$?
printf '%s\n' "$said"
applied=$(printf '%s\n' "$said" | grep -E '^[a-z][a-z0-9-]*/[0-9]{4}-' | tr '\n' ' ')
if [ "$migrated" -ne 0 ]; then
  [ -n "$applied" ] && go_back 'Some of the migrations failed.'
  say 'The migrations failed, and nothing of them was kept; what ran runs on.'
  exit 1
fi

if stays_healthy; then
  remember "$new" "$old" "$applied"
  say "$new runs."
  exit 0
fi
with "$new" logs --tail 50 bot
go_back "$new did not get healthy, or did not stay so."

#!/bin/sh
# Runs Casebook's command for an agent. The editor wrote down where its own Node and the command lie, when the person
# allowed it (casebook.agentHooks); where it did not, this does nothing and is no failure.
case "$(uname)" in
  Darwin) data="$HOME/Library/Application Support/casebook" ;;
  *) data="${XDG_DATA_HOME:-$HOME/.local/share}/casebook" ;;
esac
launch="${CASEBOOK_DATA_FOLDER:-$data}/agent-launch"
[ -r "$launch" ] || exit 0
{ read -r node && read -r entry; } < "$launch"
[ -x "$node" ] && [ -f "$entry" ] || exit 0
ELECTRON_RUN_AS_NODE=1 exec "$node" "$entry" "$@"

# Runs Casebook's command for an agent. The editor wrote down where its own Node and the command lie, when the person
# allowed it (casebook.agentHooks); where it did not, this does nothing and is no failure.
$data = if ($env:CASEBOOK_DATA_FOLDER) { $env:CASEBOOK_DATA_FOLDER } else { Join-Path $env:LOCALAPPDATA 'casebook' }
$launch = Join-Path $data 'agent-launch'
if (-not (Test-Path $launch)) { exit 0 }
$lines = Get-Content $launch -TotalCount 2
if ($lines.Count -lt 2 -or -not (Test-Path $lines[0]) -or -not (Test-Path $lines[1])) { exit 0 }
$env:ELECTRON_RUN_AS_NODE = '1'
$input | & $lines[0] $lines[1] @args
exit $LASTEXITCODE

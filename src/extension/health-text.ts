/** The health of the memory as a page of text, and the same with every path redacted. */

import type { Health, PanelState, RootStatus } from '../protocol.ts'

export interface HealthReport {
  /** Versions of what runs here, for example `Casebook` to `0.1.0`. */
  versions: Record<string, string>
  state: PanelState
  health: Health[]
}

export function healthText({ versions, state, health }: HealthReport): string {
  const parts = [
    '# Casebook Health',
    ...Object.entries(versions).map(([name, version]) => row(name, version)),
    row('Memory service', state.service),
    ...state.problems.flatMap(({ folder, message, remedy }) => [
      '',
      `## ${folder}`,
      row('Could not be opened', `${message} ${remedy}`),
    ]),
    ...health.flatMap((one) => [
      '',
      ...rootLines(
        one,
        state.roots.find(({ root }) => root === one.root),
      ),
    ]),
  ]
  return `${parts.join('\n')}\n`
}

/** Inner names may hold spaces; a path of one name, such as `/tmp`, says nothing about anybody. */
const absolutePath =
  /(?<![\p{L}\p{N}_>.])(?:[A-Za-z]:)?(?:[\\/][\p{L}\p{N}_.@+-]+(?: [\p{L}\p{N}_.@+-]+)*(?=[\\/]))+[\\/][\p{L}\p{N}_.@+-]+/gu

/** Roots become `<root 1>`, every other absolute path `<path>`; names of roots go too. */
export function redactPaths(text: string, roots: readonly RootStatus[]): string {
  let redacted = text
  const known = roots.map(({ root, name }, index) => ({ root, name, label: `<root ${index + 1}>` }))
  for (const { root, label } of known.sort((a, b) => b.root.length - a.root.length)) {
    redacted = redacted.replaceAll(root, label)
  }
  redacted = redacted.replace(absolutePath, '<path>')
  for (const { name, label } of known) redacted = redacted.replaceAll(`## ${name}\n`, `## ${label}\n`)
  return redacted
}

function rootLines(health: Health, status: RootStatus | undefined): string[] {
  const { embedder, vectorSearch, sqlite, memoryDb } = health
  const recall = vectorSearch.recallAt10 === null ? '' : `, recall@10 ${vectorSearch.recallAt10.toFixed(3)}`
  return [
    `## ${status?.name ?? health.root}`,
    row('Root', health.root),
    ...(status === undefined ? [] : statusLines(status)),
    row('Store', `${health.storePath} (${health.storeNote})`),
    ...health.sizes.map(({ name, bytes }) => row(`  ${name}`, megabytes(bytes))),
    row('Embedder', `${embedder.identity}, ${embedder.dimensions} dimensions`),
    row('Vectors', `${embedder.vectors}, ${embedder.pending} to make`),
    row('Vector search', `${vectorSearch.regime}: ${vectorSearch.reason}${recall}`),
    row('SQLite', `${sqlite.version}, FTS5 ${sqlite.fts5 ? 'yes' : 'no'}, journal ${sqlite.journal}`),
    row('Memory database', `${memoryDb.ok ? 'good' : 'damaged'}, ${memoryDb.backups} backups`),
    ...(memoryDb.message === null ? [] : [row('  note', memoryDb.message)]),
    row('Resident memory', `${Math.round(health.residentMb)} MB`),
    row('Network requests', String(health.networkRequests)),
    row('Last error', health.lastError ?? 'none'),
    ...(status?.notices ?? []).map((notice) => row('Notice', notice)),
    'Runs:',
    ...health.runs.map(runLine),
  ]
}

function statusLines(status: RootStatus): string[] {
  return [
    row('State', status.state.kind + ('reason' in status.state ? ` (${status.state.reason})` : '')),
    row('Branch', `${status.branch ?? 'none'} at ${status.head?.slice(0, 10) ?? 'no commit'}`),
    row('Files', `${status.indexedFiles} of ${status.files} indexed, ${status.excludedFiles} excluded`),
    row('Chunks, symbols', `${status.chunks}, ${status.symbols}`),
    row('Commits', String(status.commits)),
  ]
}

function runLine({ at, reason, seconds, parsed, error }: Health['runs'][number]): string {
  const took = seconds === null ? 'not finished' : `${seconds.toFixed(1)} s`
  const failure = error === null ? '' : `, failed: ${error}`
  return `  ${new Date(at).toISOString()}  ${took}, ${parsed} files parsed, because ${reason}${failure}`
}

function row(name: string, value: string): string {
  return `${`${name}:`.padEnd(20)} ${value}`
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}

/** How the editor starts the MCP server for a folder. Pure. */

export interface ServerFolder {
  name: string
  path: string
}

export interface ServerLaunch {
  label: string
  args: string[]
}

/** One server a folder: an agent that asks one memory gets no answers of another. */
export function serverLaunches(
  folders: readonly ServerFolder[],
  { entry, allowWrite }: { entry: string; allowWrite: boolean },
): ServerLaunch[] {
  return folders.map(({ name, path }) => ({
    label: folders.length === 1 ? 'Casebook' : `Casebook (${name})`,
    args: [entry, '--repo', path, ...(allowWrite ? ['--allow-write'] : [])],
  }))
}

/** How often the verdict of a session is the one that a person gave it, over all formats. */

import assert from 'node:assert/strict'
import { globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { extractEpisodes } from '../../src/memory/episodes/extract.ts'
import { importers } from '../../src/memory/episodes/importers.ts'
import { type Labelled, machineOf, readHome, relativeOf } from './contract.ts'

const folder = fileURLToPath(new URL('./labelled', import.meta.url))
const files = globSync('*.ts', { cwd: folder }).sort()

async function verdictOf(session: Labelled): Promise<{ verdict: string; why: string }> {
  const importer = importers.find(({ agent }) => agent === session.agent)
  assert.ok(importer, `${session.agent} has an importer`)
  const home = mkdtempSync(join(tmpdir(), 'casebook-labelled-'))
  try {
    mkdirSync(home, { recursive: true })
    await session.write(home)
    const { sessions } = await readHome(importer, machineOf(session, home))
    const episodes = sessions.flatMap((one) => extractEpisodes(one, relativeOf(session, home)))
    const outcome = episodes.at(-1)?.draft.episode?.outcome
    return { verdict: outcome?.verdict ?? 'unknown', why: outcome?.evidence.join('; ') ?? 'no episode' }
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

test('a verdict of "passed" is right in at least 95 of 100 sessions', async (t) => {
  const all: Labelled[] = []
  const agents = new Set(importers.map(({ agent }) => agent))
  for (const file of files) {
    const { labelled } = (await import(join(folder, file))) as { labelled?: readonly Labelled[] }
    all.push(...(labelled ?? []).filter(({ agent }) => agents.has(agent)))
  }
  const wrong: string[] = []
  let [said, right, agreed] = [0, 0, 0]
  for (const session of all) {
    const { verdict, why } = await verdictOf(session)
    if (verdict === 'passed') said++
    if (verdict === 'passed' && session.verdict === 'passed') right++
    if (verdict === session.verdict) agreed++
    else
      wrong.push(
        `${session.agent}, ${session.name}: ${verdict} (${why}), not ${session.verdict}: ${session.why}`,
      )
  }
  const passed = all.filter(({ verdict }) => verdict === 'passed').length
  t.diagnostic(
    `${all.length} sessions of ${new Set(all.map(({ agent }) => agent)).size} agents: ` +
      `precision of "passed" ${right}/${said}, recall ${right}/${passed}, all verdicts ${agreed}/${all.length}`,
  )
  for (const line of wrong) t.diagnostic(line)
  assert.ok(right >= said * 0.95, `precision ${right}/${said}: ${wrong.join(' | ')}`)
  assert.ok(agreed >= all.length * 0.95, `verdicts ${agreed}/${all.length}: ${wrong.join(' | ')}`)
})

/** `casebook bench tools`: how few tools a long chat keeps at hand, and whether the needed ones are found. */

import { openSessionShelf } from '../../agent/tool-store/session-shelf.ts'
import { type LocalToolStore, openToolStore } from '../../agent/tool-store/tool-store.ts'
import { metricsOf, type ToolMetrics } from '../../agent/toolbox/metrics.ts'
import { newSession } from '../../agent/toolbox/session.ts'
import { defaultToolbox, type ToolboxSettings } from '../../agent/toolbox/settings.ts'
import { runTurn } from '../../agent/toolbox/turn.ts'
import { localEmbedder } from '../../llm/embed-local.ts'
import type { DatabaseSync } from '../../memory/store/database.ts'
import { openMemory } from '../../memory/store/memory-db.ts'
import { type BenchReport, type Figure, machineFacts, quantile, timed } from './measure.ts'
import { openRandom } from './random.ts'
import { makeToolCorpus, type ToolCorpus } from './tool-corpus.ts'
import { policyModel } from './tool-policy.ts'
import { measureRetrieval, readToolSet } from './tool-set.ts'

export interface ToolsBenchOptions {
  /** Made-up tools. */
  tools: number
  turns: number
  seed: number
  /** File of hand-written tools with requests, see tool-set.ts. */
  toolSet: string
  signal: AbortSignal
  note(text: string): void
}

interface Run {
  name: string
  settings: Partial<ToolboxSettings>
  /** Chance that the policy removes what it does not need. */
  removes: number
  /** Marks of the issue: at least 0.90 of the additions removed within three turns, at most 10 left after peaks. */
  isHeld: boolean
}

const runs: readonly Run[] = [
  { name: 'Workflow', settings: { mode: 'workflow' }, removes: 0.97, isHeld: true },
  { name: 'Hybrid', settings: { mode: 'hybrid' }, removes: 0.97, isHeld: true },
  {
    name: 'Workflow, rule prunes',
    settings: { mode: 'workflow', pruner: 'unused' },
    removes: 0,
    isHeld: true,
  },
  { name: 'Hybrid, rule prunes', settings: { mode: 'hybrid', pruner: 'unused' }, removes: 0, isHeld: true },
  {
    name: "Hybrid, the paper's rule alone",
    settings: { mode: 'hybrid', pruner: 'unused', carry: null },
    removes: 0,
    isHeld: false,
  },
  { name: 'Autonomous, removes 0.9', settings: { mode: 'autonomous' }, removes: 0.9, isHeld: false },
  { name: 'Autonomous, removes 0.3', settings: { mode: 'autonomous' }, removes: 0.3, isHeld: false },
  { name: 'Autonomous, removes 0.1', settings: { mode: 'autonomous' }, removes: 0.1, isHeld: false },
  { name: 'Autonomous, never removes', settings: { mode: 'autonomous' }, removes: 0, isHeld: false },
]

/** All in memory: nothing is left behind. */
export async function benchTools(options: ToolsBenchOptions): Promise<BenchReport> {
  const { tools, turns, seed, note } = options
  const corpus = makeToolCorpus({ count: tools, turns, seed })
  const { db } = openMemory(null)
  try {
    const store = openToolStore({ db, embedder: localEmbedder() })
    note(`indexing ${tools} tools`)
    const [indexing] = await timed(() => store.sync(corpus.tools))
    const figures: Figure[] = [
      { name: `indexing ${tools} tools`, value: indexing, unit: 's' },
      { name: 'search, p95', value: await searchTime(store, corpus), unit: 'ms' },
    ]
    for (const run of runs) {
      note(`${turns} turns: ${run.name}`)
      figures.push(...figuresOf(run, await measureRun(db, store, run, { ...options, corpus })))
    }
    note('searching the hand-written tools')
    figures.push(...(await retrievalFigures(store, options)))
    const subject = `${turns} turns over ${tools} made-up tools with a simulated policy, seed ${seed}`
    return { bench: 'tools', subject, machine: machineFacts(), figures }
  } finally {
    db.close()
  }
}

async function searchTime(store: LocalToolStore, { turns }: ToolCorpus): Promise<number> {
  const times: number[] = []
  for (const { needs } of turns) {
    const [seconds] = await timed(() => store.search([needs[0]?.keyword ?? ''], { k: 5 }))
    times.push(seconds * 1000)
  }
  return quantile(times.slice(1), 0.95)
}

interface Measured {
  metrics: ToolMetrics
  /** Turn at which the limit was hit first, from 1; null: never. */
  limitAt: number | null
  /** Turns that ended with an error. */
  failed: number
}

async function measureRun(
  db: DatabaseSync,
  store: LocalToolStore,
  { name, settings, removes }: Run,
  { corpus, seed, signal }: ToolsBenchOptions & { corpus: ToolCorpus },
): Promise<Measured> {
  const session = newSession(name)
  const shelf = openSessionShelf(db)
  const random = openRandom(seed + 1)
  const model = policyModel({ questions: corpus.turns, removes, misspells: 0.01, random })
  const runner = { run: async () => ({ content: '42', ok: true }) }
  const shared = { store, shelf, model, runner, signal, system: 'You answer questions about companies.' }
  const all = { ...defaultToolbox, pruner: 'model' as const, historyTokens: 2_000, ...settings }
  const grades: number[] = []
  for (const { query, needs } of corpus.turns) {
    try {
      await runTurn({ ...shared, session, query, settings: all })
    } catch (error) {
      if (signal.aborted) throw error
    }
    const called = new Set(
      session.turns
        .at(-1)
        ?.calls.filter(({ ok }) => ok)
        .map((call) => call.name),
    )
    grades.push(needs.filter((need) => called.has(need.name)).length / needs.length)
  }
  const limitAt = session.turns.findIndex(({ refusals }) => refusals > 0)
  return {
    metrics: metricsOf(session.turns, grades),
    limitAt: limitAt < 0 ? null : limitAt + 1,
    failed: session.turns.filter(({ outcome }) => outcome === 'failed').length,
  }
}

function figuresOf({ name, isHeld }: Run, { metrics, limitAt, failed }: Measured): Figure[] {
  const {
    removalRatio,
    removalRatio3,
    removalRatio3Capped,
    residual3,
    addedPerTurn,
    taskCompletion,
    activeMost,
    refusals,
  } = metrics
  const limit = limitAt === null ? '' : `; limit hit in turn ${limitAt}, ${refusals} refusals`
  const ratios = `3T ratio ${shown(removalRatio3Capped)} (${shown(removalRatio3)} with windows above 1), of all ${shown(removalRatio)}`
  const most = `at most ${activeMost}${limit}${failed > 0 ? `; ${failed} turns failed` : ''}`
  return [
    {
      name: `${name}: additions not removed, 3 turns`,
      value: rounded(1 - (removalRatio3Capped ?? 0)),
      unit: '',
      ...(isHeld && { floor: 0.1 }),
      note: `${ratios}; ${addedPerTurn.toFixed(1)} added a turn`,
    },
    {
      name: '  tools left after peaks',
      value: rounded(residual3 ?? Number.NaN),
      unit: '',
      ...(isHeld && { floor: 10 }),
      note: `${most}; task completion ${shown(taskCompletion)}`,
    },
  ]
}

async function retrievalFigures(crowd: LocalToolStore, { toolSet }: ToolsBenchOptions): Promise<Figure[]> {
  const wishes = await readToolSet(toolSet)
  const tools = wishes.map(({ tool }) => tool)
  const { db } = openMemory(null)
  try {
    const alone = openToolStore({ db, embedder: localEmbedder() })
    await alone.sync(tools)
    await crowd.sync(tools, [...new Set(tools.map(({ server }) => server))])
    // The weights of the search were chosen by the first half.
    const half = (which: number) => wishes.filter((_, at) => at % 2 === which)
    return [
      await missFigure('all requests', alone, wishes, 0.1),
      await missFigure('  those not used for tuning', alone, half(1)),
      await missFigure('  among the made-up tools', crowd, wishes),
    ]
  } finally {
    db.close()
  }
}

async function missFigure(
  name: string,
  store: LocalToolStore,
  wishes: Parameters<typeof measureRetrieval>[1],
  floor?: number,
): Promise<Figure> {
  const { hits, first, asked } = await measureRetrieval(store, wishes, 5)
  const note = `hit@5 ${shown(hits / asked)}, hit@1 ${shown(first / asked)} of ${asked} hand-written`
  const value = rounded(1 - hits / asked)
  return {
    name: `${name}: needed tool not among 5`,
    value,
    unit: '',
    note,
    ...(floor !== undefined && { floor }),
  }
}

function shown(value: number | null): string {
  return value === null ? 'none' : value.toFixed(3)
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

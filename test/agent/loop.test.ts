import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWorkingContext } from '../../src/agent/context/working-context.ts'
import { type AgentEvent, type AgentOptions, runAgent, type Trajectory } from '../../src/agent/loop.ts'
import type { ToolSet } from '../../src/agent/ports.ts'
import type { ChatModel, ModelReply, ModelRequest, ToolCall } from '../../src/llm/model.ts'
import { UserError } from '../../src/memory/ports.ts'

const endless = { steps: 20, tokens: Number.POSITIVE_INFINITY, seconds: Number.POSITIVE_INFINITY }

type Said = Partial<Pick<ModelReply, 'text' | 'calls' | 'finish' | 'usage'>>

/** Says these answers in order, word by word, and remembers what it was asked. */
function speaker(answers: readonly Said[]): ChatModel & { asked: ModelRequest[] } {
  const asked: ModelRequest[] = []
  return {
    id: 'speaker',
    remote: false,
    contextTokens: null,
    asked,
    async *stream(request, signal) {
      signal?.throwIfAborted()
      asked.push(structuredClone(request))
      const { text = '', calls = [], usage = null, ...rest } = answers[asked.length - 1] ?? { text: 'over' }
      for (const piece of text.split(/(?<= )/).filter(Boolean)) {
        yield { type: 'text', text: piece }
        signal?.throwIfAborted()
      }
      const finish = calls.length > 0 ? 'calls' : 'stop'
      yield { type: 'reply', reply: { text, calls, usage, finish, model: 'speaker', ...rest } }
    },
  }
}

const call = (id: string, name: string, given: unknown = {}): ToolCall => ({ id, name, arguments: given })

const schema = { type: 'object', properties: { path: { type: 'string' }, from: { type: 'integer' } } }

function toolSet(run: ToolSet['run'] = async ({ name }) => ({ content: `${name} done`, ok: true })): ToolSet {
  const offered = ['read', 'edit'].map((name) => ({ name, description: `Does ${name}.`, schema }))
  return { offered: async () => offered, run }
}

function start(answers: readonly Said[], more: Partial<AgentOptions> = {}) {
  const model = speaker(answers)
  const context = openWorkingContext({ system: 'You help.', window: 32_000 })
  context.ask('do it')
  const events: AgentEvent[] = []
  const saved: Trajectory[] = []
  const options: AgentOptions = {
    model,
    context,
    tools: toolSet(),
    limits: endless,
    onEvent: (event) => events.push(event),
    save: async (trajectory) => void saved.push(structuredClone(trajectory)),
    ...more,
  }
  return { model, context, events, saved, run: () => runAgent(options) }
}

const results = ({ asked }: { asked: ModelRequest[] }) =>
  (asked.at(-1)?.messages ?? []).flatMap((message) => (message.role === 'tool' ? [message.content] : []))

test('calls of one answer run one after the other, and the next request holds their results', async () => {
  const order: string[] = []
  const { model, run, events, saved } = start(
    [{ text: 'Let me see. ', calls: [call('a', 'read'), call('b', 'edit')] }, { text: 'All is well.' }],
    {
      tools: toolSet(async ({ name }) => {
        order.push(`${name} begins`)
        await new Promise((resolve) => setTimeout(resolve, name === 'read' ? 20 : 1))
        order.push(`${name} ends`)
        return { content: name, ok: true }
      }),
    },
  )
  assert.deepEqual(await run(), { kind: 'answered', text: 'All is well.' })
  assert.deepEqual(order, ['read begins', 'read ends', 'edit begins', 'edit ends'])
  assert.deepEqual(
    model.asked[1]?.messages.map(({ role }) => role),
    ['user', 'assistant', 'tool', 'tool'],
  )
  const kinds = events.map(({ type }) => type)
  assert.deepEqual(kinds.slice(0, 9), [
    'step',
    'text',
    'text',
    'text',
    'call',
    'result',
    'call',
    'result',
    'step',
  ])
  assert.equal(saved[0]?.steps.length, 2)
  assert.equal(saved[0]?.steps[0]?.calls[1]?.result?.content, 'edit')
  assert.deepEqual(saved[0]?.outcome, { kind: 'answered', text: 'All is well.' })
})

test('a tool that throws is a result: what a person can do is told, the rest is logged and told in short', async () => {
  const logged: string[] = []
  const log = { info: () => {}, warn: () => {}, error: (text: string) => void logged.push(text) }
  const { model, run } = start([{ calls: [call('a', 'read'), call('b', 'edit')] }, { text: 'Sorry.' }], {
    log,
    tools: toolSet(async ({ name }) => {
      if (name === 'read') throw new UserError('There is no such file.', 'Name another.')
      throw new TypeError('x is not a function\n    at secret.ts:3')
    }),
  })
  assert.equal((await run()).kind, 'answered')
  assert.deepEqual(results(model), [
    'Error: There is no such file. Name another.',
    'Error: edit failed: x is not a function',
  ])
  assert.deepEqual(logged, ['The tool edit failed'])
})

test('what was not offered does not run, and arguments that are no JSON are answered with what the tool takes', async () => {
  const ran: string[] = []
  const tools = toolSet(async ({ name }) => {
    ran.push(name)
    return { content: 'x', ok: true }
  })
  const answers = [
    { calls: [call('a', 'teleport'), call('b', 'read', '{"path": "a.ts", "fr')] },
    { calls: [call('c', 'read', '')] },
    { text: 'Done.' },
  ]
  const { model, run } = start(answers, { tools })
  assert.equal((await run()).kind, 'answered')
  assert.deepEqual(results(model).slice(0, 2), [
    'Error: no tool named teleport is offered.',
    'Error: read takes {"path": "...", "from": 0}. Nothing was done.',
  ])
  assert.deepEqual(ran, ['read'])
})

test('answers that lead nowhere are told once; the second in a row ends the run with what went wrong', async () => {
  const broken = { calls: [call('x', 'read', '{"pa')] }
  const cases: [Said[], object][] = [
    [[{}, { text: 'Here.' }], { kind: 'answered', text: 'Here.' }],
    [[{}, { text: ' \n' }], { kind: 'unusable', fault: 'empty', text: ' \n' }],
    [[broken, broken], { kind: 'unusable', fault: 'arguments', text: '' }],
    [
      [broken, { calls: [call('y', 'read')] }, broken, { text: 'Fine.' }],
      { kind: 'answered', text: 'Fine.' },
    ],
    [[{ text: 'one ', finish: 'length' }, { text: 'two' }], { kind: 'answered', text: 'one two' }],
    [
      [
        { text: 'one ', finish: 'length' },
        { text: 'two ', finish: 'length' },
      ],
      { kind: 'unusable', fault: 'length', text: 'one two ' },
    ],
    [[{ text: 'I', finish: 'filter' }], { kind: 'unusable', fault: 'filter', text: 'I' }],
  ]
  for (const [answers, outcome] of cases) {
    const { run, model, saved } = start(answers)
    assert.deepEqual(await run(), outcome)
    assert.equal(model.asked.length, answers.length)
    assert.deepEqual(saved[0]?.outcome, outcome)
  }
})

test('what the loop remarks is no new goal', async () => {
  const { run, context } = start([{}, { text: 'Here.' }])
  await run()
  assert.equal(context.state().goal, 'do it')
})

test('each limit ends a run, and says which it was', async () => {
  let clock = 0
  const busy = Array.from({ length: 30 }, (_, at) => ({
    text: `step ${at}`,
    calls: [call(`c${at}`, 'read')],
    usage: { inputTokens: 90, outputTokens: 10 },
  }))
  for (const [limit, most, steps] of [
    ['steps', 3, 3],
    ['tokens', 450, 5],
    ['seconds', 6, 6],
  ] as const) {
    const { run, model } = start(busy, {
      limits: { ...endless, [limit]: most },
      now: () => clock,
      tools: toolSet(async () => {
        clock += 1_000
        return { content: 'x', ok: true }
      }),
    })
    assert.deepEqual(await run(), { kind: 'limit', limit, text: `step ${steps - 1}` })
    assert.equal(model.asked.length, steps)
  }
  const uncounted = start(
    busy.map(({ calls }) => ({ calls })),
    { limits: { ...endless, tokens: 100 } },
  )
  assert.equal((await uncounted.run()).kind, 'limit')
})

test('a stop in the middle of calls leaves a transcript that can be asked with again, and is saved', async () => {
  const stop = new AbortController()
  const { run, context, saved } = start([{ calls: [call('a', 'read'), call('b', 'edit')] }], {
    signal: stop.signal,
    tools: toolSet(async () => {
      stop.abort(new Error('enough'))
      return { content: 'half', ok: true }
    }),
  })
  await assert.rejects(run(), { message: 'enough' })
  assert.deepEqual(
    context.messages().map(({ content }) => content),
    ['do it', '', 'half', 'Stopped before it ran.'],
  )
  assert.deepEqual(saved[0]?.outcome, { kind: 'stopped' })
})

test('a stop in the middle of an answer keeps what was read of it', async () => {
  const stop = new AbortController()
  const { run, context, saved } = start([{ text: 'The cause is the cache.' }], {
    signal: stop.signal,
    onEvent: (event) => event.type === 'text' && event.text.startsWith('cause') && stop.abort(),
  })
  await assert.rejects(run(), { name: 'AbortError' })
  assert.deepEqual(context.messages().at(-1), { role: 'assistant', content: 'The cause ' })
  assert.equal(saved[0]?.steps[0]?.text, 'The cause ')
})

test('a trajectory that cannot be saved hides neither the answer nor the failure', async () => {
  const logged: string[] = []
  const log = { info: () => {}, warn: () => {}, error: (text: string) => void logged.push(text) }
  const save = () => Promise.reject(new Error('disk full'))
  assert.equal((await start([{ text: 'Yes.' }], { save, log }).run()).kind, 'answered')
  const broken: ChatModel = {
    ...speaker([]),
    // biome-ignore lint/correctness/useYield: it fails before it says anything
    async *stream() {
      throw new UserError('No such model.', 'Choose another.')
    },
  }
  const failing = start([], { model: broken, save, log })
  await assert.rejects(failing.run(), { message: 'No such model.' })
  assert.equal(logged.length, 2)
})

/** Every setting with its default; editor settings, environment and flags all end here. */

import { z } from 'zod'
import { UserError } from './memory/ports.ts'

export const embedderSettings = z.object({
  /** `local` needs no network; `endpoint` sends code to `baseUrl` after the person agreed. */
  kind: z.enum(['local', 'endpoint']).default('local'),
  baseUrl: z.string().default(''),
  model: z.string().default(''),
  /** US dollars per million tokens, for the estimate before the start; 0 = unknown or free. */
  pricePerMillionTokens: z.number().nonnegative().default(0),
  /** Never an editor setting: it comes from the editor's secret storage or from the environment. */
  apiKey: z.string().default(''),
})

/** A language model behind an OpenAI-compatible endpoint; empty `model`: none, and nothing needs one. */
export const modelSettings = z.object({
  baseUrl: z.string().default(''),
  model: z.string().default(''),
  /** Tokens that a request and its answer may take; 0 = not known. */
  contextTokens: z.number().int().min(0).default(0),
  /** US dollars per million tokens of questions and of answers, for the ledger; 0 = not known, or free. */
  pricePerMillionInput: z.number().nonnegative().default(0),
  pricePerMillionOutput: z.number().nonnegative().default(0),
  /** Tokens that work for which nobody waits may use in a day; 0 = there is no such work. */
  dailyBackgroundTokens: z.number().int().min(0).default(200_000),
  /** Of what works in the editor: `endpoint`, or `editor:VENDOR/ID` for a model of the editor. */
  use: z
    .string()
    .regex(/^(endpoint|editor:.+\/.+)$/)
    .default('endpoint'),
  /** Never an editor setting. */
  apiKey: z.string().default(''),
})

export const toolModes = ['autonomous', 'workflow', 'hybrid'] as const

/** The tool memory of chats: which tools a model is offered, and when they go again. */
export const toolSettings = z.object({
  /** `auto`: by the class of the model. A chat may choose another. */
  mode: z.enum(['auto', ...toolModes]).default('auto'),
  /** With `auto`: whether reasoning models manage their tools themselves. Even among them some sit at the limit. */
  trustReasoning: z.boolean().default(false),
  /** Tools in one request, those of the tool memory included. OpenAI and VS Code take 128. */
  limit: z.number().int().min(8).max(128).default(128),
  /** Hits of one keyword (MemTool: 5). */
  topK: z.number().int().min(1).max(20).default(5),
  /** `unused`: a rule, without a model, so that nothing delays the first word. `model`: a completion decides what goes. */
  pruner: z.enum(['unused', 'model']).default('unused'),
  /** User turns for which a tool may go unused before the rule takes it (MemTool: 2). */
  unusedTurns: z.number().int().min(0).default(2),
  /** Tools that the rule carries into a new turn at most; null: any number, as in the paper. */
  carry: z.number().int().min(0).nullable().default(3),
  /** How a long chat is shortened at the start of a turn. */
  history: z.enum(['truncate', 'summarize']).default('truncate'),
  /** Estimated tokens of messages above which it is. */
  historyTokens: z.number().int().min(500).default(24_000),
  /** Calls of the model in one turn; a loop ends here. */
  maxSteps: z.number().int().min(1).default(40),
})

export const settingsSchema = z.object({
  /** `repository`: in the git common directory. `user`: in the data folder of the user. */
  storeLocation: z.enum(['repository', 'user']).default('repository'),
  /** Bytes; larger files are listed as excluded. */
  maxFileSize: z.number().int().positive().default(1_000_000),
  /** Non-merge commits kept from the head of each view (RepoMem uses 7,000). */
  maxCommits: z.number().int().min(0).default(7_000),
  /** Index as soon as a trusted folder is opened. */
  autoIndex: z.boolean().default(true),
  /** Share of one core's time that background indexing may use; 1 = no pauses. */
  dutyCycle: z.number().min(0.05).max(1).default(1),
  /** Parser threads; 0 = chosen from the cores of the machine. */
  workers: z.number().int().min(0).max(16).default(0),
  /** Vectors up to this count are searched exactly, more by HNSW (measured crossover, RESULTS.md). */
  exactSearchLimit: z.number().int().positive().default(100_000),
  /** Resident megabytes of the memory service above which vectors leave memory. */
  memoryLimitMb: z.number().int().min(200).default(600),
  /** `hnsw` forces the graph for any number of vectors, `exact` forbids it. */
  vectorSearch: z.enum(['auto', 'exact', 'hnsw']).default('auto'),
  /** Non-merge commits that are read for past fixes; 0: the history teaches nothing. */
  historyMemory: z.number().int().min(0).default(50_000),
  /** Insights kept in each role list (ExpeRepair: 15). */
  insightCap: z.number().int().min(5).max(30).default(15),
  /** Active facts and lessons; beyond it those of least worth are archived. */
  memoryCapacity: z.number().int().min(100).default(5_000),
  /** Recalled at once, and the tokens that they may take. */
  recallLimit: z.number().int().min(1).max(50).default(5),
  recallBudget: z.number().int().min(100).default(1_200),
  /** Folder in the repository for memories that a team shares; empty: none. */
  shareFolder: z.string().default(''),
  /** The MCP server of the editor lets agents propose memories and credit them. */
  mcpWrite: z.boolean().default(false),
  /** How agents of the editor reach the MCP server: registered with the editor, or by the agent plugin. */
  mcpThrough: z.enum(['editor', 'plugin']).default('editor'),
  /** Hooks of the agent plugin inject a brief when a session begins and import it when it ends. */
  agentHooks: z.boolean().default(false),
  /** The chat may change files and run commands, each after the person was asked. */
  chatMayAct: z.boolean().default(false),
  /** Runs the tests; names of tests are appended. Empty: what memory knows. */
  testCommand: z.string().default(''),
  embedder: embedderSettings.prefault({}),
  model: modelSettings.prefault({}),
  tools: toolSettings.prefault({}),
})

export type Settings = z.infer<typeof settingsSchema>
export type ModelSettings = z.infer<typeof modelSettings>
export type EmbedderSettings = z.infer<typeof embedderSettings>
export type ToolSettings = z.infer<typeof toolSettings>
export type ToolMode = (typeof toolModes)[number]

export const defaultSettings: Settings = settingsSchema.parse({})

/** Checks raw settings from any source. Throws `UserError` that names the key and what it takes. */
export function parseSettings(raw: unknown): Settings {
  const result = settingsSchema.safeParse(raw)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const key = issue === undefined ? 'settings' : `casebook.${issue.path.join('.')}`
  throw new UserError(
    `The setting ${key} cannot be used: ${issue?.message ?? 'unreadable'}`,
    `Correct ${key} in the settings; the default is used until then.`,
    result.error,
  )
}

/** Whether texts stay on this machine. */
export function isThisMachine(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i.test(hostname)
}

/** The body of an episode: one bounded piece of work with what was tried, what it said, and how it ended. */

import { z } from 'zod'

/** Text longer than this lies in an artifact; `text` then is a preview of its first and last lines. */
export const longestInline = 4_000

export const contentSchema = z.object({
  text: z.string().max(8_000),
  /** Sha-256 of the whole text where `text` is a preview. */
  artifact: z.string().max(64).optional(),
})
export type Content = z.infer<typeof contentSchema>

/** Who says how it ended. Only `tests` and `user` count as verified. */
export const outcomeSources = ['tests', 'reviewer', 'user', 'history'] as const

/**
 * One try, as ExpeRepair keeps them: a reproduction test or a patch, and the feedback that it met.
 * Neighbours in the list are its (old, new) pairs.
 */
export const attemptSchema = z.object({
  kind: z.enum(['test', 'patch']),
  content: contentSchema,
  /** What running it printed. */
  feedback: contentSchema.nullable(),
  exitCode: z.int().nullable(),
  passed: z.boolean().nullable(),
  /** The judge's words on it, where one was asked. */
  analysis: z.string().max(8_000),
  advice: z.string().max(8_000),
  /** Files that it changed. */
  files: z.array(z.string().max(1_000)).max(300),
  at: z.int().nullable(),
})
export type Attempt = z.infer<typeof attemptSchema>

export const commandSchema = z.object({
  command: z.string().max(2_000),
  purpose: z.enum(['test', 'build', 'lint', 'run', 'other']),
  exitCode: z.int().nullable(),
  output: contentSchema.nullable(),
  at: z.int().nullable(),
})

export const patchSchema = z.object({
  /** Full sha where the patch is a commit of the repository: git keeps it. */
  commit: z.string().max(64).optional(),
  content: contentSchema.optional(),
  added: z.int().min(0),
  removed: z.int().min(0),
})

export const episodeBody = z.object({
  origin: z.enum(['history', 'session', 'repair', 'person']),
  agent: z.string().max(100).nullable(),
  sessionId: z.string().max(300).nullable(),
  /** The issue or task, in its own words. */
  goal: z.string().max(20_000),
  issues: z.array(z.string().max(100)).max(50),
  startedAt: z.int(),
  endedAt: z.int(),
  attempts: z.array(attemptSchema).max(200),
  commands: z.array(commandSchema).max(500),
  files: z.array(z.object({ path: z.string().max(1_000), change: z.string().max(10) })).max(300),
  /** Qualified names that the change touched. */
  symbols: z.array(z.string().max(400)).max(300),
  /** Those of `files` that hold tests. */
  tests: z.array(z.string().max(1_000)).max(300),
  patch: patchSchema.nullable(),
  /** Most specific first, see signatures.ts. */
  signatures: z.array(z.string().max(400)).max(8),
  /** What the person said against it while it was going on. */
  corrections: z.array(z.string().max(2_000)).max(100),
  outcome: z.object({
    verdict: z.enum(['passed', 'failed', 'unknown']),
    source: z.enum(outcomeSources).nullable(),
    command: z.string().max(2_000).nullable(),
    exitCode: z.int().nullable(),
    /** Sha-256 of the log. */
    log: z.string().max(64).nullable(),
    /** Why this verdict, in sentences for people. */
    evidence: z.array(z.string().max(1_000)).max(50),
  }),
})
export type EpisodeBody = z.infer<typeof episodeBody>
export type Outcome = EpisodeBody['outcome']

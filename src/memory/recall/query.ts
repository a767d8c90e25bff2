/** Reads what somebody asks: a few words, or a whole issue. Plain data out; nothing here knows the index. */

import { codeTokens } from '../code/tokens.ts'
import { findMentions, type Mention } from './mentions.ts'
import { type Segment, type SegmentKind, segmentIssue } from './segments.ts'
import { isStopword } from './stopwords.ts'
import { type ErrorLine, type Frame, readErrors, readFrames } from './traces.ts'

export interface Term {
  /** A token as the index holds it, before stemming. */
  text: string
  weight: number
}

export interface Query {
  text: string
  title: string
  /** A search typed by hand, against an issue or a log that was pasted. */
  short: boolean
  titleTerms: Term[]
  terms: Term[]
  names: Mention[]
  /** Every word of the title, in case it is a name that does not look like one. */
  titleNames: Mention[]
  dotted: Mention[]
  paths: Mention[]
  options: Mention[]
  literals: Mention[]
  frames: Frame[]
  errors: ErrorLine[]
  issues: string[]
  shas: string[]
}

/** Where a word stands: spans are code marked inside of prose. */
type Place = SegmentKind | 'span'

/**
 * How much a word counts by its place. Names that the writer marked tell most; programs print much that has
 * nothing to do with the cause; what a form asked for is about every issue, not about this one.
 */
const placeWeight: Record<Place, number> = { title: 2, span: 2, prose: 1, code: 0.6, output: 0.3, form: 0 }

/** Repeating a word adds less and less: w * (k + 1) / (w + k), the query side of BM25 with k3 = 2. */
const repetition = 2

/** Longer than this is read as an issue; nobody types so much into a search field. */
const shortLength = 160

export function readQuery(text: string): Query {
  const segments = segmentIssue(text)
  const title = segments[0]?.text ?? ''
  const short = text.trim().length <= shortLength && !text.trim().includes('\n')
  const pieces = segments.flatMap(placePieces)
  const all = collectMentions(pieces)
  const traces = segments
    .filter(({ kind }) => kind !== 'form')
    .map((segment) => segment.text)
    .join('\n')
  return {
    text,
    title,
    short,
    titleTerms: weighTerms([{ place: 'prose', text: title }]),
    terms: weighTerms(pieces),
    names: all('names', isNameWorthLooking),
    titleNames: [...new Set(title.match(/[A-Za-z_]\w{3,}/g) ?? [])].map((text) => ({ text, weight: 1 })),
    dotted: all('dotted'),
    paths: all('paths'),
    options: all('options'),
    literals: all('literals'),
    frames: readFrames(traces),
    errors: readErrors(traces),
    issues: all('issues').map((mention) => mention.text),
    shas: all('shas').map((mention) => mention.text),
  }
}

interface Piece {
  place: Place
  text: string
}

const codeSpan = /``([^`\n]+)``|`([^`\n]+)`/g

/** Prose and titles fall into their code spans and the rest. */
function placePieces({ kind, text }: Segment): Piece[] {
  if (kind !== 'prose' && kind !== 'title') return [{ place: kind, text }]
  const spans = [...text.matchAll(codeSpan)].map((found) => found[1] ?? found[2] ?? '')
  const rest: Piece = { place: kind, text: text.replace(codeSpan, ' ') }
  return [rest, ...spans.map((span): Piece => ({ place: kind === 'title' ? 'title' : 'span', text: span }))]
}

function weighTerms(pieces: readonly Piece[]): Term[] {
  const sums = new Map<string, number>()
  for (const { place, text } of pieces) {
    const weight = placeWeight[place]
    if (weight === 0) continue
    const places = place === 'output' || place === 'code' ? withoutPaths(text) : text
    for (const token of codeTokens(withoutLinks(places))) {
      if (isStopword(token) || keywords.has(token) || token.length > 60 || /^\d+$|^.$/.test(token)) continue
      sums.set(token, (sums.get(token) ?? 0) + weight)
    }
  }
  return [...sums].map(([text, sum]) => ({ text, weight: (sum * (repetition + 1)) / (sum + repetition) }))
}

function withoutLinks(text: string): string {
  return text.replace(/\bhttps?:\/\/\S+/g, ' ')
}

/** In a trace the folders of the reporter's machine are noise; the frames keep what matters of them. */
function withoutPaths(text: string): string {
  return text.replace(/(?:[A-Za-z]:)?[\w.@~+-]*(?:[/\\][\w.@~+-]+){2,}/g, ' ')
}

type MentionList = 'names' | 'dotted' | 'paths' | 'options' | 'literals' | 'issues' | 'shas'

/** Returns a reader of one kind of mention over all pieces; the weight is that of the best place plus a little for more. */
function collectMentions(pieces: readonly Piece[]) {
  const found = pieces.map(({ place, text }) => ({
    weight: placeWeight[place],
    mentions: findMentions(text, place === 'span' || place === 'code'),
  }))
  return (list: MentionList, keep: (text: string) => boolean = () => true): Mention[] => {
    const best = new Map<string, { weight: number; count: number }>()
    for (const { weight, mentions } of found) {
      if (weight === 0) continue
      for (const text of mentions[list]) {
        if (!keep(text)) continue
        const before = best.get(text)
        best.set(text, { weight: Math.max(weight, before?.weight ?? 0), count: (before?.count ?? 0) + 1 })
      }
    }
    return [...best].map(([text, { weight, count }]) => ({ text, weight: weight * (1 + Math.log10(count)) }))
  }
}

/** One and two letter names and keywords of the common languages are in every file. */
function isNameWorthLooking(name: string): boolean {
  return name.length > 2 && !isStopword(name.toLowerCase()) && !keywords.has(name)
}

const keywords = new Set(
  `abstract assert async await bool boolean break case catch char class const continue def default defer del delete
  do double elif else end enum except export extends extern false False final finally float fn for foreach from func
  function global goto if impl implements import in include instanceof int interface is lambda let long match mod
  module namespace new nil None nonlocal not null object or override package pass print private protected public
  raise readonly ref return self cls short sizeof static str string String struct super switch template test this throw
  throws trait true True try type typedef typeof undefined union unsigned use using val var virtual void volatile
  where while with yield`
    .split(/\s+/)
    .filter(Boolean),
)

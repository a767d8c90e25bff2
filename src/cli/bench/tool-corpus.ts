/** A made-up store of tools and a chat over it, after MemTool's: companies with five measures each, and questions. */

import type { ListedTool } from '../../agent/toolbox/document.ts'
import { openRandom, type Random } from './random.ts'

export interface ToolCorpus {
  tools: ListedTool[]
  turns: ToolQuestion[]
}

export interface ToolQuestion {
  query: string
  /** What a good answer calls. */
  needs: { name: string; keyword: string }[]
}

const measures = [
  ['stock_price', 'Returns the present share price', 'share price'],
  ['revenue_growth', 'Returns how revenue grew over a period', 'revenue growth'],
  ['debt_ratio', 'Returns debt in relation to equity', 'debt ratio'],
  ['dividend_yield', 'Returns the yield of the dividend', 'dividend yield'],
  ['analyst_rating', 'Returns what analysts advise', 'analyst rating'],
] as const

const firsts = 'al ber cor dan el fen gor hal in jor kel lum mar nor ost pel quin ras sol tor'.split(' ')
const middles = 'a e i o u an en or ul im'.split(' ')
const lasts = 'dex tron vio max lux gen tek pha rix nova'.split(' ')

/** Related questions go on with the company before; some ask about two at once. Five to seven tools come in a turn. */
const goesOn = 0.25
const asksTwo = 0.05

export function makeToolCorpus({
  count,
  turns,
  seed,
}: {
  count: number
  turns: number
  seed: number
}): ToolCorpus {
  const random = openRandom(seed)
  const companies = companyNames(Math.ceil(count / measures.length), random)
  const tools = companies.flatMap((company) => measures.map((_, at) => toolOf(company, at))).slice(0, count)
  const questions: ToolQuestion[] = []
  let last = random.pick(companies)
  for (let at = 0; at < turns; at++) {
    const first = random.chance(goesOn) ? last : random.pick(companies)
    const asked = random.chance(asksTwo) ? [first, random.pick(companies)] : [first]
    questions.push(questionOf(at, [...new Set(asked)], random))
    last = asked.at(-1) ?? last
  }
  return { tools, turns: questions }
}

function companyNames(count: number, random: Random): string[] {
  const names = new Set<string>()
  while (names.size < count) {
    const tail = names.size > 1_500 ? random.pick(firsts) : ''
    names.add(`${random.pick(firsts)}${random.pick(middles)}${random.pick(lasts)}${tail}`)
  }
  return [...names]
}

function toolOf(company: string, at: number): ListedTool {
  const [name, description] = measures[at] ?? measures[0]
  const period = { type: 'string', description: 'For example 2024-Q1.' }
  return {
    server: 'markets',
    name: `get_${company}_${name}`,
    description: `${description} of ${company}.`,
    schema: { type: 'object', properties: { period }, required: ['period'] },
  }
}

function questionOf(at: number, companies: readonly string[], random: Random): ToolQuestion {
  const needs = companies.flatMap((company) => {
    const wanted = measures.filter(() => random.chance(companies.length > 1 ? 0.5 : 0.8))
    const asked = wanted.length > 0 ? wanted : [random.pick(measures)]
    return asked.map(([name, , word]) => ({ name: `get_${company}_${name}`, keyword: `${company} ${word}` }))
  })
  return { query: `Question ${at}: tell me about ${needs.map(({ keyword }) => keyword).join(', ')}.`, needs }
}

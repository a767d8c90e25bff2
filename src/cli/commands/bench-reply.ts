/** A benchmark's report as the answer of a command. */

import { type BenchReport, renderReport, verdict } from '../bench/measure.ts'
import type { Reply } from '../command.ts'

/** Missing a mark is not a failure of the command: slower machines exist. */
export function benchReply(report: BenchReport): Reply {
  const figures = report.figures.map((figure) => ({ ...figure, verdict: verdict(figure) || undefined }))
  return { data: { ...report, figures }, text: () => renderReport(report) }
}

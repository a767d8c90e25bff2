/** How much of the repository an answer speaks for. */

import type { RecallContext } from './context.ts'

const selectCoverage = `
  select count(*) as listed, count(blob_id) as searchable from view_file where view_id = ? and excluded is null`

/** Share of the listed files that are searchable, 0 to 1; 1 for an empty repository. */
export function coverageOf({ db, viewId, coverage }: RecallContext): number {
  if (coverage !== undefined) return coverage()
  const row = db.prepare(selectCoverage).get(viewId)
  const listed = Number(row?.listed ?? 0)
  return listed === 0 ? 1 : Number(row?.searchable ?? 0) / listed
}

/** What somebody wanted, taken out of the templates that agents and harnesses wrap it in. */

/** Parts that programs put round or beside the words of a person. */
const wrappings =
  /<(system-reminder|environment_details|environment_context|user_instructions|ide_[a-z_]+|attached_files|attachments|reminderInstructions|reminder|context|editorContext|repoContext|uploaded_files|IMPORTANT|notification)\b[^>]*>[\s\S]*?<\/\1>/g

/** The first of these that the text has holds the words themselves. */
const holders: readonly RegExp[] = [
  /<(issue_description|pr_description|github_issue|issue|problem_statement)>([\s\S]*?)<\/\1>/i,
  /<(user_query|userRequest|user_message|user_request|task|feedback|prompt|answer)>([\s\S]*?)<\/\1>/i,
]

/** Frames of harnesses without tags: what stands between. */
const frames: readonly RegExp[] = [
  /issue text:\s*\n?ISSUE:\s*\n([\s\S]*?)\n+INSTRUCTIONS:/i,
  /Please solve (?:this|the following) issue:\s*([\s\S]*?)(?:\n\s*\n(?:You can execute|Instructions|#+ )|$)/i,
  /# ?Task\s*\n+([\s\S]*?)\n+# ?(?:Instructions|Rules|Environment)\b/i,
]

/** The words of the request; empty where the template held none. */
export function plainRequest(text: string): string {
  const bare = text.replace(wrappings, '').trim()
  for (const form of holders) {
    const inner = form.exec(bare)?.[2]?.trim()
    if (inner) return inner
  }
  for (const form of frames) {
    const inner = form.exec(bare)?.[1]?.trim()
    if (inner) return inner
  }
  return bare
}

/** Requests that only push on: whose goal they serve was said before. */
export function isFollowUp(request: string): boolean {
  return /^(?:(?:ok(?:ay)?|yes|y|yep|sure|please|pls|go|go on|go ahead|do it|continue|proceed|next|resume|thanks?(?: you)?|great|good|perfect|nice|done|keep going|try again|again|retry|[1-9])[\s,.!]*)+$/i.test(
    request.trim(),
  )
}

export function issuesOf(text: string): string[] {
  const found = text.matchAll(
    /(?:^|[\s(])(?:GH-|#|(?:\S*\/)?(?:issues|pull)\/)(\d{1,7})\b|\b([A-Z][A-Z0-9]{1,9}-\d{1,6})\b/g,
  )
  const all = [...found].map(([, number, tracker]) => number ?? tracker ?? '')
  return [...new Set(all)].filter((issue) => issue !== '' && !standards.test(issue)).slice(0, 20)
}

/** Written like trackers' ids, and none. */
const standards = /^(?:UTF|ISO|SHA|MD|RFC|CVE|PEP|AES|RSA|HTTP|TLS|ES|X|GPT|BASE|ASCII|CP|WIN|LATIN)-\d/

/** Words that take a request back or say that it failed: what the person said against the work. */
export function isCorrection(request: string): boolean {
  return /^(?:no\b(?! worries| problem)|nope|wrong|that'?s (?:wrong|not)|don'?t|stop|undo|revert|still (?:fails|failing|broken)|not (?:what|working)|it (?:fails|doesn'?t|does not))/i.test(
    request.trim(),
  )
}

/** Said after all was done, this outweighs every test. */
export function saysItFailed(request: string): boolean {
  return /\b(?:still (?:fails?|failing|broken|wrong|crashes|the same error)|(?:does not|doesn'?t|didn'?t|did not) (?:work|help|fix)|not working|(?:revert|undo|roll back) (?:it|this|that|your|the change|everything|all)|made it worse)\b/i.test(
    request,
  )
}

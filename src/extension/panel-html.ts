/** The page of the panel: one script, one style sheet, and a policy that allows nothing else. */

export interface PanelResources {
  /** The origin that the editor serves webview resources from. */
  cspSource: string
  script: string
  /** The icon font's style sheet. */
  icons: string
  /** Base64, fresh for every page. */
  nonce: string
  language: string
  /** Translations by English text; empty in English. */
  translations: Record<string, string>
}

export function panelHtml({
  cspSource,
  script,
  icons,
  nonce,
  language,
  translations,
}: PanelResources): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    `img-src ${cspSource}`,
  ].join('; ')
  return `<!doctype html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" id="vscode-codicon-stylesheet" href="${escaped(icons)}">
<title>Casebook</title>
</head>
<body>
<casebook-panel data-translations="${escaped(JSON.stringify(translations))}"></casebook-panel>
<script nonce="${nonce}" src="${escaped(script)}"></script>
</body>
</html>
`
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

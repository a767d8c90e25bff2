/** The one style sheet of the page: the editor's own colours and nothing else. */

import { css } from 'lit'

export const pageStyles = css`
  body {
    padding: 8px 12px 16px;
    color: var(--vscode-foreground);
    font: var(--vscode-font-size) / 1.4 var(--vscode-font-family);
  }
  h2 { margin: 0; font-size: 1em; font-weight: 600; overflow-wrap: anywhere; }
  p { margin: 4px 0; overflow-wrap: anywhere; }
  ol, ul, dl { margin: 0; padding: 0; list-style: none; }
  button { font: inherit; color: inherit; background: none; border: 0; padding: 0; text-align: start; cursor: pointer; }
  :focus-visible { outline: 1px solid var(--vscode-focusBorder); outline-offset: -1px; }
  vscode-textfield { inline-size: 100%; }
  vscode-button[secondary] { --vscode-button-border: var(--vscode-button-secondaryBorder, var(--vscode-contrastBorder, transparent)); }
  .quiet { color: var(--vscode-descriptionForeground); }
  .numbers { font-variant-numeric: tabular-nums; }
  .announcer { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }

  .error, .warning { padding: 6px 8px; border: 1px solid; border-radius: 2px; margin: 6px 0; }
  .error { background: var(--vscode-inputValidation-errorBackground); border-color: var(--vscode-inputValidation-errorBorder); color: var(--vscode-inputValidation-errorForeground, inherit); }
  .warning { background: var(--vscode-inputValidation-warningBackground); border-color: var(--vscode-inputValidation-warningBorder); color: var(--vscode-inputValidation-warningForeground, inherit); }

  .empty { padding: 12px 0; }
  .empty p { margin: 8px 0 12px; }
  .empty vscode-button { inline-size: 100%; }

  .roots { margin-block-start: 12px; }
  .card { padding: 10px 0; border-block-start: 1px solid var(--vscode-sideBarSectionHeader-border, var(--vscode-contrastBorder, transparent)); }
  .card header { display: flex; flex-wrap: wrap; gap: 2px 8px; align-items: baseline; justify-content: space-between; }
  .branch, .state { display: flex; align-items: center; gap: 4px; }
  .branch { color: var(--vscode-descriptionForeground); font-size: 0.9em; overflow-wrap: anywhere; }
  .branch .codicon { font-size: 1em; }
  .counts { display: flex; gap: 16px; margin: 10px 0; }
  .counts dd { margin: 0; font-size: 1.15em; font-weight: 600; font-variant-numeric: tabular-nums; }
  .counts dt { color: var(--vscode-descriptionForeground); font-size: 0.9em; }
  .languages { margin: 8px 0; font-size: 0.9em; }
  .languages { display: grid; grid-template-columns: minmax(5em, max-content) 1fr max-content; gap: 1px 8px; }
  .languages li { display: grid; grid-column: 1 / -1; grid-template-columns: subgrid; align-items: center; }
  .languages .numbers { text-align: end; }
  .languages .quiet { grid-column: 1 / -1; }
  .track { block-size: 4px; background: var(--vscode-editorWidget-background); outline: 1px solid var(--vscode-contrastBorder, transparent); }
  .bar { display: block; block-size: 100%; background: var(--vscode-charts-blue, var(--vscode-progressBar-background)); }
  .actions { display: flex; flex-wrap: wrap; gap: 6px; margin-block-start: 10px; }
  vscode-progress-bar { margin: 6px 0 2px; }

  .hits { margin-block-start: 6px; }
  .hit { padding: 2px 0 6px; border-block-end: 1px solid var(--vscode-sideBarSectionHeader-border, var(--vscode-contrastBorder, transparent)); }
  .hit-open { display: block; inline-size: 100%; padding: 4px; box-sizing: border-box; border-radius: 2px; }
  .hit-open:hover { background: var(--vscode-list-hoverBackground); color: var(--vscode-list-hoverForeground, inherit); }
  .hit-open:focus-visible { background: var(--vscode-list-focusBackground, var(--vscode-list-hoverBackground)); }
  .hit-title { display: flex; gap: 4px; align-items: start; }
  .hit-title .codicon { flex: none; color: var(--vscode-icon-foreground); }
  .hit-name { font-weight: 600; overflow-wrap: anywhere; }
  .hit-place { display: flex; gap: 6px; color: var(--vscode-descriptionForeground); font-size: 0.9em; }
  .hit-lines { overflow-wrap: anywhere; }
  .hit-folder { flex: 1 1 6em; min-inline-size: 4em; overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
  .preview { display: block; margin-block-start: 4px; padding: 4px 6px; overflow: hidden; white-space: pre; text-overflow: ellipsis; color: var(--vscode-editor-foreground); background: var(--vscode-textCodeBlock-background, var(--vscode-editor-background)); font: var(--vscode-editor-font-size, 12px) / 1.35 var(--vscode-editor-font-family, monospace); font-size: 0.88em; border: 1px solid var(--vscode-contrastBorder, transparent); }
  .hit-why { display: flex; flex-wrap: wrap; gap: 4px; align-items: center; margin: 0 4px; color: var(--vscode-descriptionForeground); font-size: 0.85em; }
  .channel { padding: 0 5px; border-radius: 8px; background: var(--vscode-badge-background); color: var(--vscode-badge-foreground); border: 1px solid var(--vscode-contrastBorder, transparent); }
  .explain { inline-size: calc(100% - 8px); margin: 4px; border-collapse: collapse; font-size: 0.85em; font-variant-numeric: tabular-nums; }
  .explain th { text-align: start; font-weight: 600; color: var(--vscode-descriptionForeground); }
  .explain td { padding: 1px 8px 1px 0; overflow-wrap: anywhere; vertical-align: top; }
  .explain q { color: var(--vscode-descriptionForeground); }
  .nothing { margin: 8px 0; }

  .tools { margin-block-start: 4px; padding-block: 10px; border-block-start: 1px solid var(--vscode-sideBarSectionHeader-border, var(--vscode-contrastBorder, transparent)); }
  .tools summary { cursor: pointer; }
  .tools summary h2 { display: inline; }
  .tools h3 { margin: 12px 0 2px; font-size: 0.9em; font-weight: 600; color: var(--vscode-descriptionForeground); }
  .choice { display: grid; grid-template-columns: 4em minmax(0, 1fr); gap: 8px; align-items: center; margin-block-start: 8px; }
  .choice select { inline-size: 100%; padding: 3px 4px; font: inherit; color: var(--vscode-dropdown-foreground, inherit); background: var(--vscode-dropdown-background, var(--vscode-sideBar-background)); border: 1px solid var(--vscode-dropdown-border, var(--vscode-contrastBorder, var(--vscode-descriptionForeground))); border-radius: 2px; text-overflow: ellipsis; }
  .measures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px 12px; }
  .tool, .turn { padding: 6px 0; border-block-end: 1px solid var(--vscode-sideBarSectionHeader-border, var(--vscode-contrastBorder, transparent)); }
  .tool-head { display: flex; gap: 2px; align-items: center; }
  .tool-name { flex: 1; font-weight: 600; overflow-wrap: anywhere; }
  .tool-act { flex: none; padding: 4px; border-radius: 4px; color: var(--vscode-icon-foreground); border: 1px solid var(--vscode-contrastBorder, transparent); }
  .tool-act:hover { background: var(--vscode-toolbar-hoverBackground, var(--vscode-list-hoverBackground)); }
  .tool-facts { margin: 1px 0; font-size: 0.9em; }
  .tool .channel { font-size: 0.85em; }
  .turn p { margin: 0 0 2px; }
  .change { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 4px; overflow-wrap: anywhere; }

  .spinning { animation: casebook-spin 1.5s linear infinite; }
  @keyframes casebook-spin { to { transform: rotate(360deg); } }
  @media (prefers-reduced-motion: reduce) { .spinning { animation: none; } }
`

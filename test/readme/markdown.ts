/** A code block that is there to be run. */
export interface CodeBlock {
  /** The first line of the code, counted from 1. */
  line: number;
  language: string;
  code: string;
  /** What the HTML comment directly above it says, without its `<!--` and `-->`. */
  comment: string | undefined;
  /** The heading that it stands under. */
  section: string;
}

const FENCE = /^```(\S*)$/;
const HEADING = /^#{1,6} (.*)$/;

/** Every fenced block of a Markdown text. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split('\n');
  let section = '';
  for (let i = 0; i < lines.length; i++) {
    section = HEADING.exec(lines[i] ?? '')?.[1] ?? section;
    const [, language] = FENCE.exec(lines[i] ?? '') ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf('```', i + 1);
    if (end === -1) throw new Error(`The code block of line ${i + 1} has no end`);
    const [, comment] = /^<!-- (.*) -->$/.exec(lines[i - 1] ?? '') ?? [];
    blocks.push({ line: i + 2, language, code: lines.slice(i + 1, end).join('\n'), comment, section });
    i = end;
  }
  return blocks;
}

/** The anchors that GitHub and npm give to the headings. */
export function anchors(markdown: string): Set<string> {
  const found = new Set<string>();
  for (const heading of headings(markdown)) {
    const anchor = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    let unique = anchor;
    for (let n = 1; found.has(unique); n++) unique = `${anchor}-${n}`;
    found.add(unique);
  }
  return found;
}

/** What the text links to, as it is written. */
export function links(markdown: string): string[] {
  const prose = withoutCode(markdown);
  const inline = [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
  const references = [...prose.matchAll(/^\[[^\]]+\]: (\S+)/gm)].map(([, target = '']) => target);
  const html = [...prose.matchAll(/\b(?:src|srcset|href)="([^"\s]+)"/g)].map(([, target = '']) => target);
  return [...inline, ...references, ...html];
}

function headings(markdown: string): string[] {
  const prose = markdown.replace(/^```.*?^```$/gms, '');
  return prose.split('\n').flatMap((line) => HEADING.exec(line)?.[1] ?? []);
}

function withoutCode(markdown: string): string {
  return markdown.replace(/^```.*?^```$/gms, '').replace(/`[^`\n]*`/g, '');
}

import { type Node, ts } from 'ts-morph';

/** What a doc comment says. */
export interface DocComment {
  text: string;
  /** Each parameter's name, and what is said of it. */
  params: [name: string, text: string][];
  returns: string | undefined;
  /** Each error's class, and when it is thrown. */
  throws: [error: string, text: string][];
}

/** The comment of the first declaration that has one: overloads share theirs. */
export function docCommentOf(declarations: readonly Node[]): DocComment | undefined {
  for (const { compilerNode } of declarations) {
    const comment = ts.getJSDocCommentsAndTags(compilerNode).findLast(ts.isJSDoc);
    if (comment) return parse(withoutStars(comment.getText()));
  }
  return undefined;
}

function withoutStars(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, '')
    .replace(/^[ \t]*\* ?/gm, '')
    .trim();
}

/** Tags may stand in the middle of a line, which TypeScript itself does not read. */
function parse(comment: string): DocComment {
  const [text = '', ...tags] = comment.split(/(?:^|\s)@(?=(?:param|returns|throws)\s)/);
  const parsed: DocComment = { text: paragraphs(text), params: [], returns: undefined, throws: [] };
  for (const tag of tags) {
    const [, kind, rest = ''] = /^(\w+)\s+(.*)$/s.exec(tag) ?? [];
    const [, name = '', about = ''] = /^\{?(\w+)\}?\s*(?:- )?(.*)$/s.exec(rest) ?? [];
    if (kind === 'returns') parsed.returns = paragraphs(rest);
    else if (kind === 'param') parsed.params.push([name, paragraphs(about)]);
    else parsed.throws.push([name, paragraphs(about)]);
  }
  return parsed;
}

/** The lines of a paragraph in one. */
function paragraphs(text: string): string {
  return text.trim().replace(/(?<!\n)\n(?!\n)/g, ' ');
}

import {
  type ClassDeclaration,
  type InterfaceDeclaration,
  Node,
  type ParameterDeclaration,
  type PropertyDeclaration,
  type PropertySignature,
  type Symbol as Sym,
} from 'ts-morph';
import { type DocComment, docCommentOf } from './doc-comment';
import type { Names } from './names';
import { isMethod, type Method, signaturesOf } from './signatures';

type Field = PropertyDeclaration | PropertySignature | ParameterDeclaration;

/** Writes what is exported, and each of its members, as Markdown. */
export class Renderer {
  /** What has no doc comment. */
  readonly undocumented: string[] = [];
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  /** A line that leads to each of the names. */
  contents(names: Iterable<string>): string {
    return this.#linked([...names].map((name) => `\`${name}\``).join(' · '));
  }

  /** One exported name, under a heading of the third level. */
  render(name: string, symbol: Sym): string[] {
    const declarations = symbol.getDeclarations().filter((node) => !Node.isModuleDeclaration(node));
    const [declaration] = declarations;
    const comment = this.#commentOf(name, declarations);
    const call = Node.isFunctionDeclaration(declaration) ? '()' : '';
    return [
      `### ${name}${call}`,
      ...this.#code(signaturesOf(name, declarations, this.#names)),
      ...this.#comment(comment),
      ...(Node.isInterfaceDeclaration(declaration) || Node.isClassDeclaration(declaration)
        ? this.#members(name, symbol, declaration)
        : []),
    ];
  }

  #members(owner: string, symbol: Sym, declaration: ClassDeclaration | InterfaceDeclaration): string[] {
    const fields: string[] = [];
    const methods: string[] = [];
    const elsewhere = new Set<string>();
    for (const member of symbol.getDeclaredType().getProperties()) {
      const declarations = member.getDeclarations().filter(isPublic);
      const [first] = declarations;
      if (!first || first.getSourceFile().isDeclarationFile()) continue;
      if (Node.isClassDeclaration(declaration) && !first.getAncestors().includes(declaration)) {
        const home = this.#names.of(first.getParentOrThrow().getSymbolOrThrow());
        if (home !== undefined) elsewhere.add(home);
      } else if (isMethod(first)) methods.push(...this.#method(owner, member.getName(), declarations));
      else fields.push(this.#field(owner, member.getName(), first));
    }
    return [
      ...[...elsewhere].map((name) => this.#linked(`It has all of \`${name}\` as well.`)),
      ...(fields.length > 0 ? [['| Property | Type | |', '| --- | --- | --- |', ...fields].join('\n')] : []),
      ...this.#constructors(owner, declaration),
      ...methods,
    ];
  }

  /** Those that tell of their parameters: the others are not for users. */
  #constructors(owner: string, declaration: ClassDeclaration | InterfaceDeclaration): string[] {
    const constructors = Node.isClassDeclaration(declaration) ? declaration.getConstructors() : [];
    const comment = docCommentOf(constructors);
    if (!comment?.params.length) return [];
    const signatures = signaturesOf(owner, constructors, this.#names);
    return [`#### new ${owner}()`, ...this.#code(signatures), ...this.#comment(comment)];
  }

  #method(owner: string, name: string, declarations: readonly Node[]): string[] {
    const comment = this.#commentOf(`${owner}.${name}`, declarations);
    return [
      `#### ${owner}.${name}()`,
      ...this.#code(signaturesOf(name, declarations, this.#names)),
      ...this.#comment(comment),
    ];
  }

  #field(owner: string, name: string, node: Field): string {
    const type = node.getTypeNode();
    const text = type ? this.#names.textOf(type) : node.getType().getText().replaceAll('"', "'");
    const optional = node.hasQuestionToken() ? '?' : '';
    // a value says for itself what it is
    const about = type ? this.#linked(this.#commentOf(`${owner}.${name}`, [node]).text) : '';
    return `| ${[`\`${name}${optional}\``, `\`${text}\``, about].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  }

  #code(lines: readonly string[]): string[] {
    return lines.length > 0 ? [['```ts', ...lines, '```'].join('\n')] : [];
  }

  #comment({ text, params, returns, throws }: DocComment): string[] {
    const list = [
      ...params.map(([name, about]) => `- \`${name}\`: ${about}`),
      ...(returns ? [`- returns ${returns}`] : []),
      ...throws.map(([error, about]) => `- throws \`${error}\` ${about}`.trim()),
    ];
    return [text, list.join('\n')].filter((part) => part !== '').map((part) => this.#linked(part));
  }

  #commentOf(name: string, declarations: readonly Node[]): DocComment {
    const comment = docCommentOf(declarations);
    if (!comment?.text && !comment?.throws.length) this.undocumented.push(name);
    return comment ?? { text: '', params: [], returns: undefined, throws: [] };
  }

  /** Names in backticks lead to what they name. */
  #linked(text: string): string {
    return text.replace(/`(\w+)(\(\))?`/g, (code, name: string) => {
      const anchor = this.#names.anchorOf(name);
      return anchor === undefined ? code : `[${code}](#${anchor})`;
    });
  }
}

/** What a user sees of a class, but for accessors, which say what every `Error` has. */
function isPublic(node: Node): node is Method | Field {
  if (Node.isParameterDeclaration(node)) return node.isReadonly();
  const isMember = Node.isPropertyDeclaration(node) || Node.isPropertySignature(node) || isMethod(node);
  return isMember && !Node.isPrivateIdentifier(node.getNameNode());
}

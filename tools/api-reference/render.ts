import {
  type ClassDeclaration,
  type FunctionDeclaration,
  type InterfaceDeclaration,
  type MethodDeclaration,
  type MethodSignature,
  Node,
  type ParameterDeclaration,
  type PropertyDeclaration,
  type PropertySignature,
  type Symbol as Sym,
  type TypeAliasDeclaration,
} from 'ts-morph';
import { type DocComment, docCommentOf } from './doc-comment';
import type { Names } from './names';

type Method = MethodDeclaration | MethodSignature | FunctionDeclaration;
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
      ...this.#code(this.#signatures(name, declarations)),
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
      ...methods,
    ];
  }

  #method(owner: string, name: string, declarations: readonly Node[]): string[] {
    const comment = this.#commentOf(`${owner}.${name}`, declarations);
    return [`#### ${owner}.${name}()`, ...this.#code(this.#signatures(name, declarations)), ...this.#comment(comment)];
  }

  #field(owner: string, name: string, node: Field): string {
    const type = node.getTypeNode();
    const text = type ? this.#names.textOf(type) : node.getType().getText().replaceAll('"', "'");
    const optional = node.hasQuestionToken() ? '?' : '';
    // a value says for itself what it is
    const about = type ? this.#linked(this.#commentOf(`${owner}.${name}`, [node]).text) : '';
    return `| ${[`\`${name}${optional}\``, `\`${text}\``, about].map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  }

  #signatures(name: string, declarations: readonly Node[]): string[] {
    return declarations.flatMap((node) => {
      if (Node.isTypeAliasDeclaration(node)) return [this.#alias(name, node)];
      if (Node.isVariableDeclaration(node)) return [`${name}: typeof ${node.getInitializerOrThrow().getText()}`];
      if (!isMethod(node)) return [];
      // the caller sees the overloads, and not what implements them
      if (Node.isOverloadable(node) && node.isImplementation() && node.getOverloads().length > 0) return [];
      const parameters = node.getParameters().map((parameter) => this.#names.parameter(parameter));
      const returned = node.getReturnTypeNode();
      const asynchronously = returned ? this.#names.textOf(returned) : node.getReturnType().getText(node);
      return [`${name}(${parameters.join(', ')}): ${asynchronously}`];
    });
  }

  #alias(name: string, node: TypeAliasDeclaration): string {
    const parameters = node.getTypeParameters().map((parameter) => parameter.getText());
    const generic = parameters.length > 0 ? `<${parameters.join(', ')}>` : '';
    return `type ${name}${generic} = ${this.#names.textOf(node.getTypeNodeOrThrow())}`;
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

function isMethod(node: Node): node is Method {
  return Node.isMethodDeclaration(node) || Node.isMethodSignature(node) || Node.isFunctionDeclaration(node);
}

/** What a user sees of a class, but for accessors, which say what every `Error` has. */
function isPublic(node: Node): node is Method | Field {
  if (Node.isParameterDeclaration(node)) return node.isReadonly();
  const isMember = Node.isPropertyDeclaration(node) || Node.isPropertySignature(node) || isMethod(node);
  return isMember && !Node.isPrivateIdentifier(node.getNameNode());
}

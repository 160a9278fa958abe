import { type Identifier, Node, type ParameterDeclaration, type Symbol as Sym, SyntaxKind } from 'ts-morph';

/**
 * The names under which the reference speaks of what is declared in src/. A type that is met in a signature, and that nobody
 * has named yet, is named by that, and is to be documented as well.
 */
export class Names {
  readonly #names = new Map<Sym, string>();
  readonly #met: Sym[] = [];

  add(symbol: Sym, name: string): void {
    this.#names.set(symbol, name);
  }

  /** The anchor of a name's heading; undefined when there is none. Names that differ in case alone are told apart by a number. */
  anchorOf(name: string): string | undefined {
    const anchor = name.toLowerCase();
    const alike = [...new Set(this.#names.values())].filter((one) => one.toLowerCase() === anchor);
    const position = alike.indexOf(name);
    if (position === -1) return undefined;
    return position === 0 ? anchor : `${anchor}-${position}`;
  }

  of(symbol: Sym): string | undefined {
    return this.#names.get(symbol);
  }

  /** The types that were met since this was last asked. */
  takeMet(): Sym[] {
    return this.#met.splice(0);
  }

  /** The source text of a type, in these names. */
  textOf(node: Node): string {
    let text = node.getText();
    const identifiers = node.getDescendantsOfKind(SyntaxKind.Identifier);
    for (const identifier of Node.isIdentifier(node) ? [node] : identifiers.reverse()) {
      const begin = identifier.getStart() - node.getStart();
      text = text.slice(0, begin) + this.#nameOf(identifier) + text.slice(begin + identifier.getText().length);
    }
    return text.replace(/\s*\n\s*/g, ' ');
  }

  /** The text of a parameter, as a declaration has it. */
  parameter(parameter: ParameterDeclaration): string {
    const rest = parameter.isRestParameter() ? '...' : '';
    const optional = parameter.isOptional() && !rest ? '?' : '';
    const type = parameter.getTypeNode();
    return `${rest}${parameter.getNameNode().getText()}${optional}: ${type ? this.textOf(type) : parameter.getType().getText()}`;
  }

  #nameOf(identifier: Identifier): string {
    const symbol = identifier.getSymbol();
    if (!symbol) return identifier.getText();
    const target = resolve(symbol);
    const known = this.#names.get(target);
    if (known !== undefined) return known;
    // an import under another name
    const name = symbol.isAlias() ? target.getName() : identifier.getText();
    if (isOurType(target)) {
      this.add(target, name);
      this.#met.push(target);
    }
    return name;
  }
}

/** What a name stands for in the end, through `import { X as Y }` and `type X = Y`. */
export function resolve(symbol: Sym): Sym {
  const target = symbol.getAliasedSymbol() ?? symbol;
  const [declaration] = target.getDeclarations();
  const type = Node.isTypeAliasDeclaration(declaration) ? declaration.getTypeNode() : undefined;
  if (!Node.isTypeReference(type) || type.getTypeArguments().length > 0) return target;
  return resolve(type.getTypeName().getSymbolOrThrow());
}

/** Libraries come as declaration files. */
function isOurType(symbol: Sym): boolean {
  return symbol
    .getDeclarations()
    .filter((node) => Node.isInterfaceDeclaration(node) || Node.isTypeAliasDeclaration(node))
    .some((node) => !node.getSourceFile().isDeclarationFile());
}

import {
  type FunctionDeclaration,
  type MethodDeclaration,
  type MethodSignature,
  Node,
  type TypeParameteredNode,
  type VariableDeclaration,
} from 'ts-morph';
import type { Names } from './names';

export type Method = MethodDeclaration | MethodSignature | FunctionDeclaration;

export function isMethod(node: Node): node is Method {
  return Node.isMethodDeclaration(node) || Node.isMethodSignature(node) || Node.isFunctionDeclaration(node);
}

/** How something is called, or made of; of a class or an interface, only what it is generic in. */
export function signaturesOf(name: string, declarations: readonly Node[], names: Names): string[] {
  return declarations.flatMap((node) => signatureOf(name, node, names) ?? []);
}

function signatureOf(name: string, node: Node, names: Names): string | undefined {
  if (Node.isVariableDeclaration(node)) return `${name}: ${typeOf(node)}`;
  if (Node.isConstructorDeclaration(node)) return `new ${name}(${parametersOf(node, names)})`;
  if (!Node.isTypeParametered(node)) return undefined;
  const generic = name + typeParametersOf(node, names);
  if (Node.isTypeAliasDeclaration(node)) return `type ${generic} = ${names.textOf(node.getTypeNodeOrThrow())}`;
  if (!isMethod(node)) return generic === name ? undefined : generic;
  // the caller sees the overloads, and not what implements them
  if (Node.isOverloadable(node) && node.isImplementation() && node.getOverloads().length > 0) return undefined;
  const returned = node.getReturnTypeNode();
  const result = returned ? names.textOf(returned) : node.getReturnType().getText(node);
  return `${generic}(${parametersOf(node, names)}): ${result}`;
}

/** Of another name for something, what that is. */
function typeOf(variable: VariableDeclaration): string {
  const initializer = variable.getInitializer();
  return Node.isIdentifier(initializer) ? `typeof ${initializer.getText()}` : variable.getType().getText(variable);
}

function parametersOf(node: Pick<Method, 'getParameters'>, names: Names): string {
  return node
    .getParameters()
    .map((parameter) => names.parameter(parameter))
    .join(', ');
}

function typeParametersOf(node: TypeParameteredNode, names: Names): string {
  const parameters = node.getTypeParameters().map((parameter) => names.textOf(parameter));
  return parameters.length > 0 ? `<${parameters.join(', ')}>` : '';
}

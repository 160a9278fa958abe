import { dirname, join } from 'node:path';
import { Node, Project, type SourceFile, type Symbol as Sym } from 'ts-morph';
import { Names, resolve } from './names';
import { Renderer } from './render';

/** What the package can be imported as, and the source of each. */
const ENTRY_POINTS: Record<string, string> = {
  'socket.io-redis': 'src/index.ts',
  'socket.io-redis/emitter': 'src/emitter/index.ts',
};

const TITLE = `# API reference

<!-- Written by \`npm run docs:api\` from the doc comments in src/: change those. -->

All that can be imported, with its types. How to use it is told in the [README](../README.md), what an error asks for in
[errors.md](errors.md).`;

const root = dirname(require.resolve('socket.io-redis/package.json'));

/** Where the reference is kept. */
export const PATH = join(root, 'docs/api.md');

/** @returns the reference, and the names of what has no doc comment */
export function apiReference(): { markdown: string; undocumented: readonly string[] } {
  const project = new Project({ tsConfigFilePath: join(root, 'tsconfig.json') });
  const names = new Names();
  const renderer = new Renderer(names);
  const points = Object.entries(ENTRY_POINTS).map(([name, path]) => {
    const exported = exportsOf(project.getSourceFileOrThrow(join(root, path)));
    for (const [symbol, exportedName] of exported) names.add(symbol, exportedName);
    return { name, exported };
  });
  const parts = [TITLE];
  const done = new Set<Sym>();
  for (const { name, exported } of points) {
    parts.push(`## ${name}`, renderer.contents(exported.values()));
    for (const [symbol, exportedName] of exported) {
      // what two entry points have is told once
      if (!done.has(symbol)) parts.push(...renderer.render(exportedName, symbol));
      done.add(symbol);
    }
  }
  parts.push('## Types that these name', 'They are not exported.', ...renderMet(names, renderer));
  return { markdown: `${parts.join('\n\n')}\n`, undocumented: renderer.undocumented };
}

/** What is exported, and under which name; of `export =`, that itself too. */
function exportsOf(file: SourceFile): Map<Sym, string> {
  const exported = new Map<Sym, string>();
  const assigned = file.getExportAssignment((one) => one.isExportEquals())?.getExpression();
  if (Node.isIdentifier(assigned)) exported.set(assigned.getSymbolOrThrow(), assigned.getText());
  for (const symbol of file.getExportSymbols()) exported.set(resolve(symbol), symbol.getName());
  return exported;
}

/** The types that are met on the way name others. */
function renderMet(names: Names, renderer: Renderer): string[] {
  const parts: string[] = [];
  for (let met = names.takeMet(); met.length > 0; met = names.takeMet()) {
    for (const symbol of met) parts.push(...renderer.render(names.of(symbol) ?? symbol.getName(), symbol));
  }
  return parts;
}

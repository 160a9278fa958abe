import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, test } from 'node:test';

/**
 * Who may import whom: on the left a folder or file of src/, on the right what it may import besides itself;
 * `type` stands before what it may import the types of, and no more. A call goes from the top to the bottom, and skips no step.
 */
const MAY_IMPORT: Record<string, readonly string[]> = {
  'index.mts': ['index'],
  index: [
    'factory',
    'adapters',
    'errors',
    'redis/clients',
    'options',
    'type sharded-options',
    'type redis/pub-sub',
    'type cluster/stats',
    'type cluster/health',
    'type wire/messages',
  ],
  'emitter/index.mts': ['emitter/index'],
  emitter: [
    'cluster',
    'options',
    'sharded-options',
    'errors',
    'warn-of-unknown',
    'warn-once',
    'within',
    'redis/client-life',
    'redis/shared-pub-sub',
    'type redis/clients',
    'type redis/pub-sub',
    'wire/broadcast',
    'type wire/messages',
    'type wire/wire',
    'limits',
    'wire/uid',
    'wire/classic-wire',
    'wire/sharded-wire',
  ],
  factory: [
    'adapters',
    'options',
    'sharded-options',
    'errors',
    'warn-once',
    'redis/client-life',
    'redis/shared-pub-sub',
    'type redis/clients',
    'type redis/pub-sub',
    'wire/uid',
    'wire/channels',
    'wire/classic-wire',
    'wire/sharded-wire',
  ],
  'sharded-options': [
    'options',
    'limits',
    'errors',
    'warn-of-unknown',
    'redis/clients',
    'type redis/pub-sub',
    'type wire/sharded-wire',
  ],
  options: [
    'connection-options',
    'limits',
    'errors',
    'warn-of-unknown',
    'redis/clients',
    'redis/client-life',
    'redis/connect',
    'type redis/pub-sub',
    'type cluster/node',
    'wire/broadcast',
  ],
  'connection-options': ['errors', 'warn-of-unknown', 'type redis/connect'],
  // an adapter holds its clients and its packets, but leaves the use of them to the cluster
  adapters: [
    'cluster',
    'errors',
    'limits',
    'type redis/pub-sub',
    'type wire/messages',
    'type wire/wire',
    'wire/broadcast',
    'wire/binary',
    'wire/rooms',
  ],
  cluster: ['wire', 'redis/pub-sub', 'errors', 'type limits', 'message-of', 'moment', 'within'],
  wire: ['errors'],
  redis: ['errors', 'moment', 'within'],
  limits: ['errors'],
  // a program of its own, which looks at the wire without being a node
  inspect: [
    'connection-options',
    'errors',
    'message-of',
    'within',
    'redis/client-life',
    'redis/shared-pub-sub',
    'redis/connect',
    'redis/pub-sub',
    'wire',
  ],
  errors: ['message-of'],
  'message-of': [],
  moment: [],
  within: [],
  'warn-of-unknown': [],
  'warn-once': ['message-of'],
};

interface Import {
  module: string;
  typeOnly: boolean;
}

const imports = readImports(join(projectRoot(), 'src'));

describe('the source code', () => {
  for (const [room, allowed] of Object.entries(MAY_IMPORT)) {
    test(`in ${room} imports only ${allowed.join(', ') || 'itself'}`, () => {
      const forbidden = [...imports]
        .filter(([module]) => isIn(room, module))
        .flatMap(([module, imported]) =>
          imported.filter((one) => !isAllowed(room, one)).map((one) => `${module} imports ${describeImport(one)}`),
        );
      assert.deepEqual(forbidden, []);
    });
  }

  test('has no folder and no file without a rule', () => {
    const rooms = Object.keys(MAY_IMPORT);
    const modules = [...imports.keys()];
    assert.deepEqual(
      modules.filter((module) => !rooms.some((room) => isIn(room, module))),
      [],
    );
    assert.deepEqual(
      rooms.filter((room) => !modules.some((module) => isIn(room, module))),
      [],
    );
  });

  test('has no import cycle', () => {
    assert.equal(findCycle()?.join(' → '), undefined);
  });
});

function isAllowed(room: string, { module, typeOnly }: Import): boolean {
  const allowed = MAY_IMPORT[room] ?? [];
  return [room, ...allowed].some((rule) => {
    const name = rule.replace(/^type /, '');
    return isIn(name, module) && (typeOnly || name === rule);
  });
}

/** Is the module the room, or a file in it? */
function isIn(room: string, module: string): boolean {
  return module === room || module.startsWith(`${room}/`);
}

function describeImport({ module, typeOnly }: Import): string {
  return typeOnly ? `types of ${module}` : module;
}

function findCycle(): string[] | undefined {
  const free = new Set<string>();
  const search = (path: string[], module: string): string[] | undefined => {
    if (path.includes(module)) return [...path.slice(path.indexOf(module)), module];
    if (free.has(module)) return undefined;
    for (const next of imports.get(module) ?? []) {
      const cycle = search([...path, module], next.module);
      if (cycle) return cycle;
    }
    free.add(module);
    return undefined;
  };
  for (const module of imports.keys()) {
    const cycle = search([], module);
    if (cycle) return cycle;
  }
  return undefined;
}

/** The modules of a folder, by their paths without `.ts`, and what each imports of the others. */
function readImports(folder: string): Map<string, Import[]> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.m?ts$/.test(path));
  const modules = new Set(paths.map((path) => path.replaceAll('\\', '/').replace(/\.ts$/, '')));
  return new Map(
    [...modules].sort().map((module) => {
      const source = readFileSync(join(folder, module.endsWith('.mts') ? module : `${module}.ts`), 'utf8');
      return [module, importsIn(source).map((one) => ({ ...one, module: resolve(module, one.module, modules) }))];
    }),
  );
}

/** Biome keeps the imports in one form, so that no parser is needed. */
function importsIn(source: string): Import[] {
  const statements = source.matchAll(/^(?:import|export)\b([^'";]*)'(\.[^']*)'/gm);
  const calls = source.matchAll(/\b(?:import|require)\(\s*'(\.[^']*)'/g);
  return [
    ...[...statements].map(([, clause = '', module = '']) => ({ module, typeOnly: isTypeOnly(clause) })),
    ...[...calls].map(([, module = '']) => ({ module, typeOnly: false })),
  ];
}

function isTypeOnly(clause: string): boolean {
  if (/^ type [^=]/.test(clause)) return true;
  const [, names] = /^ \{([^}]*)\} from $/.exec(clause) ?? [];
  return names?.split(',').every((name) => /^\s*(type .*)?$/s.test(name)) ?? false;
}

function resolve(importer: string, specifier: string, modules: ReadonlySet<string>): string {
  const path = posix.join(posix.dirname(importer), specifier).replace(/\.js$/, '');
  const found = [path, posix.join(path, 'index')].find((module) => modules.has(module));
  assert.ok(found, `${importer} imports ${specifier}, which is not in src/`);
  return found;
}

function projectRoot(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

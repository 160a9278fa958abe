import { eventually } from '../../support/eventually';
import { type NodeProcess, RemoteError } from './node-process';

/** How a query ended. */
export type QueryFigures = {
  /** How many sockets it found; the error's code or message when it failed. */
  found: number | string;
  ms: number;
};

/** Asks one node for the sockets of all. */
export async function query(node: NodeProcess): Promise<QueryFigures & { error: Record<string, unknown> | undefined }> {
  const begin = performance.now();
  try {
    const ids = await node.run(({ ids }) => ids());
    return { found: ids.length, ms: since(begin), error: undefined };
  } catch (reason) {
    const fields: Record<string, unknown> = reason instanceof RemoteError ? reason.fields : { message: String(reason) };
    return { found: String(fields.code ?? fields.message), ms: since(begin), error: fields };
  }
}

/** Waits until a query finds so many sockets: published adapters do not say when they hear the others. */
export async function finds(node: NodeProcess, sockets: number): Promise<void> {
  await eventually(async () => (await query(node)).found === sockets);
}

const since = (begin: number) => Math.round(performance.now() - begin);

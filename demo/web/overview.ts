import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Cluster } from './cluster';
import { isLocal, pathOf, sendError, sendPublic } from './http';
import type { ClusterState } from './protocol';

const CONTROL = /^\/control\/(redis|node\/(?<node>\w+))\/(?<action>start|stop)$/;

/**
 * The server of the page that shows all nodes: `GET /state` and, as server-sent events, `GET /events` tell about them,
 * `POST /control/node/A/stop` and the like switch them off and on.
 */
export function overviewServer(port: number, cluster: () => Cluster): Server {
  return createServer(async (request, response) => {
    const path = pathOf(request);
    try {
      if (!isLocal(request, port)) sendError(response, 403, 'this is not my name');
      else if (request.method === 'POST') await control(request, response, path, cluster());
      else if (path === '/state') sendState(response, cluster().state);
      else if (path === '/events') sendEvents(request, response, cluster());
      else await sendPublic(response, path, { file: 'index.html', origins: nodeOrigins(cluster()) });
    } catch (error) {
      sendError(response, 500, error instanceof Error ? error.message : String(error));
    }
  });
}

function nodeOrigins(cluster: Cluster): string[] {
  return cluster.state.nodes.map(({ url }) => url);
}

async function control(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  cluster: Cluster,
): Promise<void> {
  // any page can send this request, but not say that it was this one
  if (request.headers.origin !== `http://${request.headers.host}`) return sendError(response, 403, 'a foreign page');
  const { node = 'redis', action } = CONTROL.exec(path)?.groups ?? {};
  const power = action && cluster.power(node);
  if (!power) return sendError(response, 404, 'not found');
  await power[action as 'start' | 'stop']();
  sendState(response, cluster.state);
}

function sendState(response: ServerResponse, state: ClusterState): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(state));
}

function sendEvents(request: IncomingMessage, response: ServerResponse, cluster: Cluster): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = (state: ClusterState) => response.write(`data: ${JSON.stringify(state)}\n\n`);
  send(cluster.state);
  cluster.on('change', send);
  request.on('close', () => cluster.off('change', send));
}

// One chat server in a process of its own: started by cluster.ts, ends when that one disconnects.

import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { answerCalls, reportError } from '../calls';
import { Chat } from './chat';
import { type ChatIo, chatIo, clientFile } from './chat-io';
import { HOST, isLocal, originsOf, pathOf, sendError, sendPublic } from './http';
import type { NodeSettings, WebNodeProcess } from './protocol';

/** Milliseconds that a page waits for the members of nodes that do not answer. */
const REQUESTS_TIMEOUT = 1_500;

/** Milliseconds after which the chat says that Redis is away. */
const WATCHDOG = { interval: 400, patience: 400 };

let io: ChatIo | undefined;

const methods: WebNodeProcess = {
  async start({ name, kind, port, overviewPort, redisUrl, key }: NodeSettings) {
    const page = { file: 'chat.html', client: clientFile[kind] };
    const http = createServer((request, response) => {
      if (!isLocal(request, port)) sendError(response, 403, 'this is not my name');
      else sendPublic(response, pathOf(request), page).catch((error) => sendError(response, 500, String(error)));
    });
    const origins = [...originsOf(port), ...originsOf(overviewPort)];
    io = chatIo[kind](http, {
      redisUrl,
      adapter: { key, requestsTimeout: REQUESTS_TIMEOUT, watchdog: WATCHDOG },
      // programs have no origin, pages always have
      allow: (request: IncomingMessage) =>
        isLocal(request, port) && (!request.headers.origin || origins.includes(request.headers.origin)),
    });
    io.adapter.on('error', reportError);
    new Chat(io, name, kind);
    await once(http.listen(port, HOST), 'listening');
  },
};

answerCalls(methods, () => io?.close());

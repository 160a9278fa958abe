// A client at each port: what the first one sends, all of them get.

import { io } from 'socket.io-client';

const [ports = ['3000', '3001']] = [process.argv.slice(2)].filter((given) => given.length > 0);

const clients = ports.map((port) => io(`http://localhost:${port}`, { transports: ['websocket'] }));
await Promise.all(clients.map((client) => new Promise((resolve) => client.once('connect', resolve))));

const received = clients.map((client) => new Promise((resolve) => client.once('message', resolve)));
clients[0].emit('message', 'hello');
for (const [i, text] of (await Promise.all(received)).entries()) console.log(`at port ${ports[i]}: ${text}`);

for (const client of clients) client.close();

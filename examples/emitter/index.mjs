import { createClient } from 'redis';
import { Emitter } from 'socket.io-redis/emitter';

const { REDIS_URL = 'redis://localhost:6379' } = process.env;
const [text = 'hello from elsewhere'] = process.argv.slice(2);

const client = await createClient({ url: REDIS_URL }).on('error', console.error).connect();
const emitter = new Emitter(client, { onError: console.error });

emitter.emit('message', text);
console.log(`sent to ${await emitter.countSockets()} clients`);

await emitter.close();
await client.close();

import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';
import { createAdapter, type RedisAdapter } from 'socket.io-redis';

const { REDIS_URL = 'redis://localhost:6379', PORT = 3000 } = process.env;

class RedisIoAdapter extends IoAdapter {
  readonly #adapter = createAdapter(REDIS_URL);

  override createIOServer(...parameters: Parameters<IoAdapter['createIOServer']>) {
    return super.createIOServer(...parameters).adapter(this.#adapter);
  }
}

@WebSocketGateway()
class MessageGateway {
  @WebSocketServer() io!: Server;

  @SubscribeMessage('message')
  pass(_socket: Socket, text: string): void {
    this.io.emit('message', text);
  }
}

@Module({ providers: [MessageGateway] })
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  app.useWebSocketAdapter(new RedisIoAdapter(app));
  // closes the application, its Socket.IO server and the adapter on SIGTERM
  app.enableShutdownHooks(['SIGTERM'], { useProcessExit: true });
  await app.listen(PORT);
  await (app.get(MessageGateway).io.of('/').adapter as RedisAdapter).ready;
  console.log(`listening on port ${PORT}`);
}

void main();

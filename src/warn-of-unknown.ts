/** @param path - what the options are part of */
export function warnOfUnknown(options: object, isKnown: (option: string) => boolean, path = ''): void {
  for (const [option, value] of Object.entries(options)) {
    if (value === undefined || isKnown(option)) continue;
    process.emitWarning(`socket.io-redis: the option "${path}${option}" has no meaning here, and is ignored`, {
      type: 'SocketIoRedisWarning',
      code: 'SOCKET_IO_REDIS_IGNORED_OPTION',
    });
  }
}

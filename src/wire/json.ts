/** A value in JSON, as it goes to clients. */
export class Json {
  /** @param bytes - in UTF-8 */
  constructor(readonly bytes: Buffer) {}

  parse(): unknown {
    return JSON.parse(this.bytes.toString());
  }
}

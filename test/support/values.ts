/** Every value that the wire carries, as clients see it: JSON, and Buffers for what is binary. */
export const VALUES: [name: string, sent: unknown, seen: unknown, published?: { of5?: unknown; of8?: unknown }][] = [
  ['null', null, null],
  ['booleans', [true, false], [true, false]],
  ['integers', [0, -1, 127, -128, 255, 65535, -32769, 2 ** 31, 2 ** 40, -(2 ** 40), 2 ** 53 - 1], 'same'],
  ['floats', [0.5, -1e-9, 1.7e-300], 'same'],
  ['strings', ['', 'ascii', 'ü 日本 🎉', 'x'.repeat(70_000)], 'same'],
  ['a Date', new Date(1_700_000_000_123), '2023-11-14T22:13:20.123Z'],
  ['a Date before 1970', { at: new Date(-5) }, { at: '1969-12-31T23:59:59.995Z' }],
  ['undefined in an array', [undefined, 1], [null, 1]],
  ['an undefined property', { a: undefined, b: 1 }, { b: 1 }],
  ['nested objects', { a: [{ b: { c: [[]] } }, {}] }, 'same'],
  ['toJSON', { at: { toJSON: () => 'as JSON' } }, { at: 'as JSON' }],
  ['a Buffer', Buffer.from([1, 2, 255]), Buffer.from([1, 2, 255])],
  ['a Buffer of eight bytes', [Buffer.alloc(8, 7)], [Buffer.alloc(8, 7)]],
  ['a Uint8Array', new Uint8Array([1, 2]), Buffer.from([1, 2])],
  // 5.3.0 sends the whole buffer that is behind a view
  [
    'a view with an offset',
    new Uint8Array([1, 2, 3, 4]).subarray(1, 3),
    Buffer.from([2, 3]),
    { of5: Buffer.from([1, 2, 3, 4]) },
  ],
  // 8.3.0 sends as many bytes as the view has elements
  ['a Float32Array', new Float32Array([1]), Buffer.from([0, 0, 0x80, 0x3f]), { of8: Buffer.from([1]) }],
  [
    'a Float64Array of eight bytes',
    new Float64Array([1]),
    Buffer.from([0, 0, 0, 0, 0, 0, 0xf0, 0x3f]),
    { of8: Buffer.from([1]) },
  ],
  ['an ArrayBuffer', new Uint8Array([9, 8, 7]).buffer, Buffer.from([9, 8, 7])],
];
